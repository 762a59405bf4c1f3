/** The files that GPU providers of ONNX Runtime need beside its own library, and the npm packages that carry them. */
import type { FilesSource } from '../models/npm.js';

/** What `bgcut providers` knows about one set of files. */
export interface ProviderPackage {
  readonly name: string;
  /** The devices that need it. */
  readonly devices: readonly ('cuda' | 'tensorrt')[];
  /** Where it can be used, as process.platform and process.arch spell it. */
  readonly platform: string;
  readonly arch: string;
  /** Releases of ONNX Runtime that the files were made for, or were seen to load into. */
  readonly runtimes: readonly string[];
  readonly licence: string;
  readonly source: FilesSource;
  /** Libraries of NVIDIA that must be on the machine, by the device that needs them. */
  readonly needs: Readonly<Record<'cuda' | 'tensorrt', readonly string[]>>;
}

const cudaLibraries = [
  'libcuda.so.1',
  'libcudart.so.13',
  'libcublas.so.13',
  'libcublasLt.so.13',
  'libcurand.so.10',
  'libcudnn.so.9',
];

/** CUDA and TensorRT on Linux: what ONNX Runtime's own release of that version holds, under MIT. */
export const cudaPackage: ProviderPackage = {
  name: 'cuda',
  devices: ['cuda', 'tensorrt'],
  platform: 'linux',
  arch: 'x64',
  // Made for 1.29. CUDA ran with 1.30, whose table of functions for providers has the same 820 entries.
  runtimes: ['1.29', '1.30'],
  licence: 'MIT',
  source: {
    kind: 'npm-files',
    package: 'com.github.asus4.onnxruntime.linux-x64-gpu',
    version: '0.4.9',
    integrity:
      'sha512-FopIhNE/Ng+v2X65wVc9clPCBCvhvA53Hxo2U0Kf5fGdVsC7iCA+mZ0KLWggcQAj7TIZ6pNidR4AC10g74Xo6w==',
    packedBytes: 179_145_956,
    files: [
      {
        path: 'Plugins/Linux/x64/libonnxruntime_providers_shared.so',
        sha256: 'c6a12593396095f5670160e284c35d1700b7708cf3037b7042e2a5200ccae772',
        bytes: 14_632,
      },
      {
        path: 'Plugins/Linux/x64/libonnxruntime_providers_cuda.so',
        sha256: '56cf3254b118ad837ccc4ed8f6d1b23504bbf7ef91b34cbc0b289cb7f10b3037',
        bytes: 229_780_440,
      },
      {
        path: 'Plugins/Linux/x64/libonnxruntime_providers_tensorrt.so',
        sha256: 'ef6071798a339038ad66c428fb1a809cf8e499bffc3b6870e4e8bc4f4c6a6320',
        bytes: 859_144,
      },
    ],
  },
  needs: {
    cuda: cudaLibraries,
    tensorrt: [...cudaLibraries, 'libnvinfer.so.10', 'libnvonnxparser.so.10'],
  },
};

/** Every set there is. */
export const providerPackages: readonly ProviderPackage[] = [cudaPackage];
