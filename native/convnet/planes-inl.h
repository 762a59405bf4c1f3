// The layers beside those of winograd-inl.h.
// Part of kernels-inl.h, which says what the including file defines.

// ---- stride 2

inline int padded_columns(int width) {
  return ceil_div(ceil_div(width, 2), kGroup * kLanes) * kGroup * kLanes;
}

size_t strided_floats(int channels_in, int width) {
  const size_t columns = padded_columns(width);
  const size_t taps = static_cast<size_t>(channels_in) * 9;
  return taps * columns + kRows * columns + taps * kRows;
}

void strided_row(const float* input, int height, int width, int channels_in, int channels_out,
                 const float* filters, const float* bias, bool relu, int y, Half* output,
                 float* scratch) {
  const int columns = padded_columns(width);
  const int out_width = ceil_div(width, 2);
  const int out_height = ceil_div(height, 2);
  const int taps = channels_in * 9;
  float* const lines = scratch;
  float* const products = lines + static_cast<size_t>(taps) * columns;
  float* const panel = products + static_cast<size_t>(kRows) * columns;
  for (int tap = 0; tap < taps; ++tap) {
    const int row = 2 * y + tap % 9 / 3 - 1;
    const int shift = tap % 3 - 1;
    float* const line = lines + static_cast<size_t>(tap) * columns;
    const bool inside = row >= 0 && row < height;
    const float* const from =
        input + (static_cast<size_t>(tap / 9) * height + (inside ? row : 0)) * width;
    for (int x = 0; x < columns; x += kLanes) {
      const int at = 2 * x + shift;
      if (inside && at >= 0 && at + 2 * kLanes <= width) {
        store(line + x, evens(load(from + at), load(from + at + kLanes), EveryLane{}));
        continue;
      }
      for (int k = 0; k < kLanes; ++k) {
        const int place = at + 2 * k;
        line[x + k] = inside && place >= 0 && place < width ? from[place] : 0.0F;
      }
    }
  }
  for (int block = 0; block < channels_out; block += kRows) {
    const int rows = smaller(kRows, channels_out - block);
    for (int tap = 0; tap < taps; ++tap) {
      for (int row = 0; row < kRows; ++row) {
        panel[tap * kRows + row] =
            row < rows ? filters[static_cast<size_t>(block + row) * taps + tap] : 0.0F;
      }
    }
    for (int x = 0; x < columns; x += kGroup * kLanes) {
      multiply_block<kGroup>(panel, lines + x, taps, columns, products + x);
    }
    for (int row = 0; row < rows; ++row) {
      Half* const to = output + (static_cast<size_t>(block + row) * out_height + y) * out_width;
      for (int x = 0; x < out_width; x += kLanes) {
        Vector values =
            load(products + static_cast<size_t>(row) * columns + x) + splat(bias[block + row]);
        if (relu) values = largest(values, Vector{});
        if (x + kLanes <= out_width) {
          store_half(to + x, values);
          continue;
        }
        Half rest[kLanes];
        store_half(rest, values);
        for (int k = 0; x + k < out_width; ++k) to[x + k] = rest[k];
      }
    }
  }
}

// ---- planes

void pool(const Half* input, int height, int width, Half* output, float* scratch) {
  const int out_width = ceil_div(width, 2);
  float* const above = scratch;
  float* const below = scratch + width + 1;
  float* const out = below + width + 1;
  for (int y = 0; y < height; y += 2) {
    widen(input + static_cast<size_t>(y) * width, width, above);
    if (y + 1 < height) {
      widen(input + static_cast<size_t>(y + 1) * width, width, below);
      for (int x = 0; x < width; ++x) above[x] = above[x] > below[x] ? above[x] : below[x];
    }
    above[width] = above[width - 1];
    for (int x = 0; x < out_width; ++x) {
      const float left = above[2 * x];
      const float right = above[2 * x + 1];
      out[x] = left > right ? left : right;
    }
    narrow(out, out_width, output + static_cast<size_t>(y / 2) * out_width);
  }
}

void upsample(const Half* input, int height, int width, Half* output, float* scratch) {
  float* const here = scratch;
  float* const other = here + width;
  float* const mixed = other + width + 1;  // one value before it and one after
  float* const out = mixed + width + 1;
  for (int y = 0; y < 2 * height; ++y) {
    const int near = y / 2;
    const int away = y % 2 == 0 ? near - 1 : near + 1;
    const int far = away < 0 ? 0 : smaller(away, height - 1);
    widen(input + static_cast<size_t>(near) * width, width, here);
    widen(input + static_cast<size_t>(far) * width, width, other);
    for (int x = 0; x < width; ++x) mixed[x] = 0.75F * here[x] + 0.25F * other[x];
    mixed[-1] = mixed[0];
    mixed[width] = mixed[width - 1];
    for (int x = 0; x < width; ++x) {
      out[2 * x] = 0.75F * mixed[x] + 0.25F * mixed[x - 1];
      out[2 * x + 1] = 0.75F * mixed[x] + 0.25F * mixed[x + 1];
    }
    narrow(out, 2 * width, output + static_cast<size_t>(y) * 2 * width);
  }
}

void sigmoid(const Half* input, size_t count, float* output) {
  for (size_t k = 0; k < count; k += kLanes) {
    const int some = static_cast<int>(count - k < kLanes ? count - k : kLanes);
    float values[kLanes];
    widen(input + k, some, values);
    for (int i = 0; i < some; ++i) output[k + i] = 1.0F / (1.0F + __builtin_expf(-values[i]));
  }
}
