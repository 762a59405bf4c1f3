/** Under which terms everything may be used that BgCut consists of: itself, models, native libraries, packages. */
import { licences as modelLicences } from '../models/index.js';
import { loadNative } from '../native.js';
import { surroundings } from '../loading.js';
import { packageRoot, published } from '../published.js';
import { libvipsLibraries, RUNTIME_LICENCE } from './native.js';
import { installedPackages } from './packages.js';
import { type CommercialUse, commercialUse } from './terms.js';

/** One part and its terms. */
export interface Licence {
  readonly name: string;
  /** Null where it has none or it is unknown. */
  readonly version: string | null;
  /** An SPDX expression where its author uses one; else in the author's words. */
  readonly licence: string;
  readonly commercial: CommercialUse;
  /** What its name alone does not tell, what the weights were trained on for instance; '' where there is nothing to add. */
  readonly notes: string;
}

/** What BgCut consists of, by kind. */
export interface Licences {
  readonly bgcut: Licence;
  /** Every model that BgCut knows, the default one first. */
  readonly models: readonly Licence[];
  /** ONNX Runtime, libvips and what is linked into it. */
  readonly native: readonly Licence[];
  /** The installed packages. */
  readonly packages: readonly Licence[];
}

/** Reads what is installed. Nothing is fetched; a part that is missing is left out. */
export function allLicences(): Licences {
  const { version, license } = published;
  return {
    bgcut: permitted(
      { name: 'bgcut', version, licence: license },
      'What is bundled into the page of its server: dist/page/licences.md.',
    ),
    models: modelLicences().map(({ title, ...model }) => ({
      ...{ ...model, version: null, notes: [title, model.notes].filter(Boolean).join('. ') },
    })),
    native: [
      permitted(
        { name: 'ONNX Runtime', version: runtimeVersion(), licence: RUNTIME_LICENCE },
        'What is linked into it: ThirdPartyNotices-onnxruntime.txt in the package of the platform.',
      ),
      ...libvipsLibraries(surroundings()).map((library) => permitted(library)),
    ],
    packages: installedPackages(packageRoot).map((each) => permitted(each)),
  };
}

function permitted(part: Omit<Licence, 'commercial' | 'notes'>, notes = ''): Licence {
  return { ...part, commercial: commercialUse(part.licence), notes };
}

function runtimeVersion(): string | null {
  try {
    return loadNative().versions().onnxruntime;
  } catch {
    return null; // its terms are the same
  }
}
