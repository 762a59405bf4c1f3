/** What the native side measures of a subject (native/segment/evidence.h); lib/foreground/decide.ts makes a class of it. */

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

/** Evidence for the type of a foreground. Every number is a share, 0..1. */
export interface TypeEvidence {
  /**
   * How strongly the detector sees each class of {@link cocoClasses} in the subject: the score of its best box, times
   * the share of the subject inside that box. Null where there is no detector.
   */
  readonly objects: ArrayLike<number> | null;
  /** Of neighbouring pixels of the subject: those that are alike. Drawings and smooth things have many. */
  readonly flat: number;
  /** Of the subject's pixels: those in its eight commonest colours, of 16 levels per band. */
  readonly palette: number;
  /** Of the places in the subject: those where the colour jumps within three pixels. */
  readonly jumps: number;
  /** Of these jumps: those with a flat side, as between a drawn line and the area beside it. */
  readonly clean: number;
  /** Of the picture's rim, as far as it is not subject: the part that is of about one colour. */
  readonly plain: number;
  /** The subject's box, as shares of the picture's width and height. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** The part of the picture that is subject. */
  readonly cover: number;
}
