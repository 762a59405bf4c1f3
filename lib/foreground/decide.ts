/** From evidence to a class. The figures were chosen on labelled pictures; docs/types.md says on which, and how well they do. */
import { cocoClasses, type TypeEvidence } from './evidence.js';
import type { FineType } from './types.js';

/** Classes that the detector's objects fall into. */
type ObjectType = Extract<FineType, 'person' | 'product' | 'animal' | 'car' | 'transportation'>;

const ANIMALS = [
  ...['bird', 'cat', 'dog', 'horse', 'sheep', 'cow', 'elephant', 'bear', 'zebra', 'giraffe'],
];
const VEHICLES = ['bicycle', 'motorcycle', 'airplane', 'bus', 'train', 'truck', 'boat'];

/** What each class of COCO is: everything that is no living being and no vehicle is a product. */
const objectTypes: readonly ObjectType[] = cocoClasses.map((name) => {
  if (name === 'person' || name === 'car') return name;
  if (ANIMALS.includes(name)) return 'animal';
  return VEHICLES.includes(name) ? 'transportation' : 'product';
});

/** The least strength at which an object is believed. */
const SEEN = 0.1;

/** An object of this strength is no drawing, however flat its colours are. */
const CERTAIN = 0.75;

/** How likely colours must look drawn for a subject to be called graphics. */
const DRAWN = 0.7;

/**
 * Where a product is seen at half a person's strength or more, the person counts for less: detectors see people in
 * many things.
 */
const PRODUCT_BESIDE = 0.5;
const PERSON_BESIDE = 0.8;

/** A rim this plain is that of a studio picture or a scan. */
const PLAIN = 0.85;

/** Edges of the picture that a subject touches when it is too close to be whole. */
const CUT_OFF = 3;

/**
 * The class of a subject.
 *
 * Objects decide where one is seen. Flat colours with clean edges make a drawing of what isn't certainly an object.
 * What no detector knows is a product on a plain ground, else `other`. `car_interior` is never the answer: nothing
 * here recognises one.
 */
export function decideType(evidence: TypeEvidence): FineType {
  const [type, strength] = strongest(evidence);
  if (strength < CERTAIN && drawn(evidence) > DRAWN) return 'graphics';
  if (strength > SEEN) return type === 'car' && isCutOff(evidence) ? 'car_part' : type;
  return evidence.plain > PLAIN ? 'product' : 'other';
}

function strongest({ objects }: TypeEvidence): [ObjectType, number] {
  const best: Record<ObjectType, number> = {
    person: 0,
    product: 0,
    animal: 0,
    car: 0,
    transportation: 0,
  };
  for (const [index, type] of objectTypes.entries()) {
    best[type] = Math.max(best[type], objects?.[index] ?? 0);
  }
  if (best.product > PRODUCT_BESIDE * best.person) best.person *= PERSON_BESIDE;
  const ranked = Object.entries(best) as [ObjectType, number][];
  return ranked.reduce((a, b) => (b[1] > a[1] ? b : a));
}

/** How likely the colours are those of a drawing, 0..1: a logistic regression. */
function drawn({ flat, palette, jumps, clean }: TypeEvidence): number {
  const evidence = 11 * flat + 1.6 * palette + 1.5 * Math.log(jumps + 0.002) + 4.2 * clean - 2.1;
  return 1 / (1 + Math.exp(-evidence));
}

function isCutOff({ left, top, width, height }: TypeEvidence): boolean {
  const near = 0.01;
  const gaps = [left, top, 1 - left - width, 1 - top - height];
  return gaps.filter((gap) => gap < near).length >= CUT_OFF;
}
