import { describe, expect, it } from 'vitest';

import { explainMemory, explainProvider, fits, type Here } from '#lib/providers/advice';

const here: Here = { files: 'ready', runtime: '1.30.0' };
const missing = (library: string) =>
  `${library}: cannot open shared object file: No such file or directory`;

describe('what a user is told about a CUDA device that does not run', () => {
  it.each([
    ['libcublasLt.so.13', 'belongs to CUDA 13'],
    ['libcudart.so.13', 'belongs to CUDA 13'],
    ['libcudnn.so.9', 'belongs to cuDNN 9'],
    ['libnvinfer.so.10', 'belongs to TensorRT 10'],
    ['libcuda.so.1', "comes with NVIDIA's driver"],
  ])('names the missing library %s, and where it comes from', (library, owner) => {
    const text = explainProvider('cuda', missing(library), here);
    expect(text).toContain(`${library} was not found`);
    expect(text).toContain(owner);
    expect(text).toContain('bgcut providers');
  });

  it('sends to the step that fetches the files where those are missing', () => {
    const reason = missing('/somewhere/private/libonnxruntime_providers_shared.so');
    const text = explainProvider('tensorrt', reason, { ...here, files: 'absent' });
    expect(text).toContain('bgcut providers add cuda');
    expect(text).not.toContain('/somewhere');
  });

  it('says that files are damaged, whatever else went wrong', () => {
    const text = explainProvider('cuda', 'file too short', { ...here, files: 'damaged' });
    expect(text).toMatch(/damaged.*bgcut providers add cuda/);
  });

  it('says that the files are for another ONNX Runtime', () => {
    const text = explainProvider('cuda', 'strange', { ...here, runtime: '1.41.0' });
    expect(text).toMatch(/1\.41\.0 is loaded.*bgcut providers remove cuda/);
  });

  it.each([
    [35, /driver is missing or too old/],
    [100, /No NVIDIA GPU was found/],
  ])('CUDA failure %i', (number, sentence) => {
    expect(explainProvider('cuda', `CUDA failure ${number}: words`, here)).toMatch(sentence);
  });

  it.each([
    [true, /gpuMemoryLimit/],
    [false, /too little free memory/],
  ])('says what to do about memory, with a limit or without: %s', (limited, sentence) => {
    const text = explainMemory(limited);
    expect(text).toMatch(sentence);
    expect(text).not.toContain('failure');
  });

  it('keeps what it does not know, and what is about another device', () => {
    expect(explainProvider('cuda', 'CUDA failure 3500: x', here)).toBe('CUDA failure 3500: x');
    expect(explainProvider('webgpu', missing('libvulkan.so.1'), here)).toContain('cannot open');
  });
});

it('knows its releases of ONNX Runtime', () => {
  expect(['1.29.0', '1.30.0', '1.30.2'].every(fits)).toBe(true);
  expect(['1.3.0', '1.31.0', '1.300.0', '2.29.0'].some(fits)).toBe(false);
});
