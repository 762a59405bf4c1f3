/** Before and after, with a slider between them, on a ground of the visitor's choice. */
import type { VNode } from 'preact';
import { useId, useState } from 'preact/hooks';

import type { Result } from './api';
import type { Layers } from './layers';

interface CompareProps {
  readonly before: Layers;
  /** Undefined for what a browser can't show. */
  readonly after: Layers | undefined;
  readonly result: Result;
}

const grounds = ['chequered', 'white', 'black', 'colour'] as const;
type Ground = (typeof grounds)[number];

export function Compare({ before, after, result }: CompareProps): VNode {
  /** Percent of the width that show the picture as it was. */
  const [split, setSplit] = useState(50);
  const [ground, setGround] = useState<Ground>('chequered');
  const [colour, setColour] = useState('#4f9d8f');
  if (after === undefined) {
    return <p class="frame hint">The result can not be shown here. It can be downloaded.</p>;
  }
  return (
    <>
      <div class="frame">
        <div
          class={`fit compare ${ground}`}
          style={{
            '--split': `${split}%`,
            '--ground': colour,
            '--ratio': result.width / result.height,
          }}
        >
          <img class="before" src={before.picture} alt="Before" />
          <div class="after">
            <img
              src={after.picture}
              alt="After"
              style={after.mask === undefined ? {} : { maskImage: `url("${after.mask}")` }}
            />
          </div>
          <input
            type="range"
            min={0}
            max={100}
            value={split}
            aria-label="How much is shown as it was before"
            aria-valuetext={`${split} % before, ${100 - split} % after`}
            onInput={({ currentTarget }) => setSplit(Number(currentTarget.value))}
          />
          <span class="handle" aria-hidden="true" />
          <span class="tag left" aria-hidden="true" hidden={split < 15}>
            Before
          </span>
          <span class="tag right" aria-hidden="true" hidden={split > 85}>
            After
          </span>
        </div>
      </div>
      <Grounds ground={ground} colour={colour} onGround={setGround} onColour={setColour} />
    </>
  );
}

interface GroundsProps {
  readonly ground: Ground;
  readonly colour: string;
  readonly onGround: (ground: Ground) => void;
  readonly onColour: (colour: string) => void;
}

function Grounds({ ground, colour, onGround, onColour }: GroundsProps) {
  const group = useId();
  return (
    <fieldset class="grounds">
      <legend>Shown on</legend>
      {grounds.map((each) => (
        <label key={each}>
          <input
            type="radio"
            name={group}
            checked={each === ground}
            onChange={() => onGround(each)}
          />
          <span class={`swatch ${each}`} style={{ '--ground': colour }} />
          {each}
        </label>
      ))}
      <input
        type="color"
        aria-label="Colour of the ground"
        value={colour}
        hidden={ground !== 'colour'}
        onInput={({ currentTarget }) => onColour(currentTarget.value)}
      />
    </fieldset>
  );
}
