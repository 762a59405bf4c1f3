/** Why a provider does not run here, in words that say what to do. */
import type { DeviceName } from '../native.js';
import { type ProviderState, providerState } from './folder.js';
import { cudaPackage } from './packages.js';

/** What the sentence depends on beside the reason; a parameter for tests. */
export interface Here {
  /** Of the fetched files. */
  readonly files: ProviderState;
  /** The version of ONNX Runtime that is loaded. */
  readonly runtime: string | null;
}

const owners: readonly (readonly [RegExp, string])[] = [
  [/^libcuda\.so/, "it comes with NVIDIA's driver"],
  [/^libcudnn/, 'it belongs to cuDNN 9 for CUDA 13'],
  [/^libnv(infer|onnxparser)/, 'it belongs to TensorRT 10 for CUDA 13'],
  [/^lib(cudart|cublas|cublasLt|curand|cufft|nvrtc|nvJitLink)/, 'it belongs to CUDA 13'],
];

/**
 * One or two sentences for what ONNX Runtime said about a device.
 *
 * @param reason its own words, as the native side hands them over
 */
export function explainProvider(device: DeviceName, reason: string, here: Here): string {
  if (device !== 'cuda' && device !== 'tensorrt') return reason;
  if (here.files === 'damaged') {
    return 'The fetched files of the CUDA provider are damaged. "bgcut providers add cuda" fetches them again.';
  }
  const [, missing] =
    /(?:^|[\s/])(lib[\w.-]+\.so[\w.]*): cannot open shared object file/.exec(reason) ?? [];
  if (missing?.startsWith('libonnxruntime_providers_')) {
    return `The files of the CUDA provider are not on this machine (${missing}). "bgcut providers add cuda" fetches them.`;
  }
  if (missing !== undefined) {
    const owner = owners.find(([pattern]) => pattern.test(missing))?.[1];
    return `${missing} was not found${owner === undefined ? '' : `: ${owner}`}. "bgcut providers" lists what is missing; a library that is installed must be on the loader's path (LD_LIBRARY_PATH, ldconfig).`;
  }
  if (here.files === 'ready' && here.runtime !== null && !fits(here.runtime)) {
    return `The fetched files of the CUDA provider are for ONNX Runtime ${cudaPackage.runtimes.join(' or ')}, and ${here.runtime} is loaded. Remove them with "bgcut providers remove cuda".`;
  }
  if (/CUDA failure 35\b/.test(reason)) {
    return "NVIDIA's driver is missing or too old for CUDA 13, which needs 580 or newer (CUDA failure 35).";
  }
  if (/CUDA failure 100\b/.test(reason)) return 'No NVIDIA GPU was found (CUDA failure 100).';
  return reason;
}

/** What is said where the device has no room for the model. `limited`: whether there is a gpuMemoryLimit. */
export function explainMemory(limited: boolean): string {
  return limited
    ? 'The model needs more memory of the GPU than gpuMemoryLimit allows, or than is free. Raise that limit, or free some memory.'
    : 'The GPU has too little free memory for the model. Free some (on one of NVIDIA, "nvidia-smi" shows who has it), or use the CPU.';
}

/** Whether the fetched files were made for, or seen to load into, this version of ONNX Runtime. */
export function fits(runtime: string): boolean {
  return cudaPackage.runtimes.some((release) => runtime.startsWith(`${release}.`));
}

/** The surroundings of this process. */
export function hereNow(runtime: string | null): Here {
  return { files: providerState(cudaPackage), runtime };
}
