// Part of kernels-inl.h, which says what the including file defines.

// The transforms of F(4 x 4, 3 x 3), for the points 0, 1, -1, 2, -2 and infinity. Powers of two
// went from the filters' transform to the results', which keeps the filters in the range where
// float16 is exact to 11 bits.

inline void transform_patch_line(const Vector* line, Vector* out, int step) {
  const Vector d0 = line[0];
  const Vector d1 = line[step];
  const Vector d2 = line[2 * step];
  const Vector d3 = line[3 * step];
  const Vector d4 = line[4 * step];
  const Vector d5 = line[5 * step];
  const Vector a = d4 - 4.0F * d2;
  const Vector b = d3 - 4.0F * d1;
  const Vector c = d4 - d2;
  const Vector e = 2.0F * (d3 - d1);
  out[0] = 4.0F * d0 - 5.0F * d2 + d4;
  out[step] = a + b;
  out[2 * step] = a - b;
  out[3 * step] = c + e;
  out[4 * step] = c - e;
  out[5 * step] = 4.0F * d1 - 5.0F * d3 + d5;
}

inline void transform_result_line(const Vector* line, int step, Vector* out, int out_step) {
  const Vector a = 0.25F * (line[step] + line[2 * step]);
  const Vector b = 0.25F * (line[step] - line[2 * step]);
  const Vector c = 0.125F * (line[3 * step] + line[4 * step]);
  const Vector e = 0.25F * (line[3 * step] - line[4 * step]);
  out[0] = 0.25F * line[0] + a + c;
  out[out_step] = b + e;
  out[2 * out_step] = a + 4.0F * c;
  out[3 * out_step] = b + 4.0F * e + line[5 * step];
}

inline void transform_filter_line(const Vector* line, int step, Vector* out, int out_step) {
  const Vector first = line[0];
  const Vector middle = line[step];
  const Vector last = line[2 * step];
  const Vector even = first + last;
  const Vector quarter = first + 4.0F * last;
  out[0] = first;
  out[out_step] = (even + middle) * (-2.0F / 3.0F);
  out[2 * out_step] = (even - middle) * (-2.0F / 3.0F);
  out[3 * out_step] = (quarter + 2.0F * middle) * (1.0F / 3.0F);
  out[4 * out_step] = (quarter - 2.0F * middle) * (1.0F / 3.0F);
  out[5 * out_step] = last;
}
