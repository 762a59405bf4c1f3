/** What the native side measures of a subject; lib/foreground/decide.ts makes a class of it. */

/** The 80 classes of COCO in the order of the detector's outputs. */
export const cocoClasses = [
  ...['person', 'bicycle', 'car', 'motorcycle', 'airplane', 'bus', 'train', 'truck', 'boat'],
  ...['traffic light', 'fire hydrant', 'stop sign', 'parking meter', 'bench'],
  ...['bird', 'cat', 'dog', 'horse', 'sheep', 'cow', 'elephant', 'bear', 'zebra', 'giraffe'],
  ...['backpack', 'umbrella', 'handbag', 'tie', 'suitcase'],
  ...['frisbee', 'skis', 'snowboard', 'sports ball', 'kite', 'baseball bat', 'baseball glove'],
  ...['skateboard', 'surfboard', 'tennis racket'],
  ...['bottle', 'wine glass', 'cup', 'fork', 'knife', 'spoon', 'bowl'],
  ...['banana', 'apple', 'sandwich', 'orange', 'broccoli', 'carrot', 'hot dog', 'pizza', 'donut'],
  ...['cake', 'chair', 'couch', 'potted plant', 'bed', 'dining table', 'toilet'],
  ...['tv', 'laptop', 'mouse', 'remote', 'keyboard', 'cell phone'],
  ...['microwave', 'oven', 'toaster', 'sink', 'refrigerator'],
  ...['book', 'clock', 'vase', 'scissors', 'teddy bear', 'hair drier', 'toothbrush'],
] as const;

/** Evidence for the type of a foreground. */
export interface TypeEvidence {
  /**
   * How strongly the detector sees each class of {@link cocoClasses} inside the subject, 0..1; null where the detector
   * did not run.
   */
  readonly objects: readonly number[] | null;
}
