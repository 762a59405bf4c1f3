// A layer of 3 x 3: its filters and its three steps.
// Part of kernels-inl.h, which says what the including file defines.

// What lies between the planes of one frequency: without it they would all start in the same set of
// the first-level cache.
constexpr size_t kStagger = 16;

// ---- where tiles lie

// Rows of an image in which no tile would fill a vector, and dilated layers, are gathered tile by
// tile from a padded copy of a channel: `dilation`^2 images, each of every dilation-th pixel.
struct Tiling {
  bool gathered;
  int across;   // tiles in a row of one image
  int down;     // rows of tiles of one image
  int vectors;  // in all; a vector does not reach from one row into the next unless gathered
};

inline Tiling tiling_of(const Layer& layer) {
  const int across = ceil_div(ceil_div(layer.width, layer.dilation), kTile);
  const int down = ceil_div(ceil_div(layer.height, layer.dilation), kTile);
  if (layer.dilation == 1 && across >= kLanes) {
    return {false, across, down, ceil_div(across, kLanes) * down};
  }
  const int tiles = across * down * layer.dilation * layer.dilation;
  return {true, across, down, ceil_div(tiles, kLanes)};
}

struct Origin {
  int y;
  int x;
};

// The first pixel of the results of a gathered tile; outside of the image for lanes without a tile.
inline Origin gathered_origin(const Layer& layer, const Tiling& tiling, int tile) {
  const int image = tile / (tiling.across * tiling.down);
  const int place = tile % (tiling.across * tiling.down);
  if (image >= layer.dilation * layer.dilation) return {layer.height, layer.width};
  return {image / layer.dilation + layer.dilation * kTile * (place / tiling.across),
          image % layer.dilation + layer.dilation * kTile * (place % tiling.across)};
}

inline int padded_width(const Layer& layer, const Tiling& tiling) {
  return layer.dilation * (kTile * tiling.across + 2);
}

inline int padded_height(const Layer& layer, const Tiling& tiling) {
  return layer.dilation * (kTile * tiling.down + 2);
}

inline int padded_channels(int channels) {
  return ceil_div(channels, kRows) * kRows;
}

inline size_t frequency_step(int channels, int vectors) {
  return static_cast<size_t>(channels) * vectors * kLanes + kStagger;
}

size_t input_floats(const Layer& layer, int vectors) {
  return kPatchArea * frequency_step(layer.channels_in, vectors);
}

size_t product_floats(const Layer& layer, int vectors) {
  return kPatchArea * frequency_step(padded_channels(layer.channels_out), vectors);
}

size_t worker_floats(const Layer& layer) {
  const Tiling tiling = tiling_of(layer);
  const size_t plane = tiling.gathered ? static_cast<size_t>(padded_width(layer, tiling)) *
                                             padded_height(layer, tiling)
                                       : 0;
  const size_t panel = static_cast<size_t>(layer.channels_in) * kRows;
  return (plane > panel ? plane : panel) + kStagger;
}

int vectors_of(const Layer& layer) {
  return tiling_of(layer).vectors;
}

// ---- filters

size_t packed_filters(int channels_in, int channels_out) {
  return static_cast<size_t>(kPatchArea) * channels_in * padded_channels(channels_out);
}

// Packed: [frequency][block of kRows channels of the output][channel of the input][channel of the
// block]; a vector has the filters of kLanes / kRows input channels.
void pack_filters(const float* filters, int channels_in, int channels_out, Half* packed) {
  const int padded = padded_channels(channels_out);
  const size_t filters_of_one = static_cast<size_t>(channels_in) * 9;
  const size_t step = static_cast<size_t>(padded) * channels_in;
  constexpr int kInputs = kLanes / kRows;
  for (int block = 0; block < padded; block += kRows) {
    const int rows = smaller(kRows, channels_out - block);
    for (int in = 0; in < channels_in; in += kInputs) {
      const int inputs = smaller(kInputs, channels_in - in);
      float taps[9][kLanes] = {};
      for (int row = 0; row < rows; ++row) {
        const float* const filter =
            filters + (block + row) * filters_of_one + static_cast<size_t>(in) * 9;
        for (int k = 0; k < inputs * 9; ++k) taps[k % 9][k / 9 * kRows + row] = filter[k];
      }
      Vector from[9];
      Vector half_way[kPatch * 3];
      Vector transformed[kPatchArea];
      for (int tap = 0; tap < 9; ++tap) from[tap] = load(taps[tap]);
      BGCUT_UNROLL
      for (int x = 0; x < 3; ++x) transform_filter_line(from + x, 3, half_way + x, 3);
      BGCUT_UNROLL
      for (int y = 0; y < kPatch; ++y) {
        transform_filter_line(half_way + y * 3, 1, transformed + y * kPatch, 1);
      }
      Half* to =
          packed + static_cast<size_t>(block) * channels_in + static_cast<size_t>(in) * kRows;
      for (int frequency = 0; frequency < kPatchArea; ++frequency, to += step) {
        if (inputs == kInputs) {
          store_half(to, transformed[frequency]);
          continue;
        }
        Half halves[kLanes];
        store_half(halves, transformed[frequency]);
        for (int k = 0; k < inputs * kRows; ++k) to[k] = halves[k];
      }
    }
  }
}

// ---- input

inline void prefetch_line(const Half* from) {
  for (int k = 0; k <= kTile * kLanes; k += 32) __builtin_prefetch(from + k);
}

// The patches of kLanes neighbouring tiles, from the tile at (row, column) of the tiling.
inline void read_patches(const Layer& layer, const Half* plane, int row, int column, bool more,
                         Vector* patch) {
  constexpr int kSpan = kTile * kLanes;  // pixels of the results
  constexpr EveryLane kAll{};
  const int x0 = column * kTile - 1;
  const bool inside = column > 0 && x0 + kSpan + 2 <= layer.width;
  for (int r = 0; r < kPatch; ++r) {
    const int y = row * kTile - 1 + r;
    Vector* const line = patch + r * kPatch;
    if (y < 0 || y >= layer.height) {
      for (int j = 0; j < kPatch; ++j) line[j] = Vector{};
      continue;
    }
    const Half* from = plane + static_cast<ptrdiff_t>(y) * layer.width + x0;
    Half edge[kSpan + kLanes];
    if (more) prefetch_line(from + static_cast<ptrdiff_t>(layer.height) * layer.width);
    if (!inside) {
      const int left = column == 0 ? 1 : 0;
      const int right = smaller(kSpan + 2, layer.width - x0);
      for (int k = 0; k < left; ++k) edge[k] = 0;
      for (int k = left; k < right; ++k) edge[k] = from[k];
      for (int k = right; k < kSpan + kLanes; ++k) edge[k] = 0;
      from = edge;
    }
    Vector values[4];
    for (int k = 0; k < 4; ++k) values[k] = load_half(from + k * kLanes);
    split_by_four(values, line);
    const Vector next = load_half(from + kSpan);
    line[4] = next_lane<0>(line[0], next, kAll);
    line[5] = next_lane<1>(line[1], next, kAll);
  }
}

inline void transform_patch(Vector* patch, float* to, size_t step) {
  Vector half_way[kPatchArea];
  BGCUT_UNROLL
  for (int j = 0; j < kPatch; ++j) transform_patch_line(patch + j, half_way + j, kPatch);
  BGCUT_UNROLL
  for (int r = 0; r < kPatch; ++r) {
    transform_patch_line(half_way + r * kPatch, patch + r * kPatch, 1);
  }
  BGCUT_UNROLL
  for (int k = 0; k < kPatchArea; ++k) store(to + k * step, patch[k]);
}

// A channel in the middle of zeros, as floats.
inline void pad(const Layer& layer, const Tiling& tiling, const Half* plane, float* padded) {
  const int step = padded_width(layer, tiling);
  for (int y = 0; y < layer.height; ++y) {
    const Half* const from = plane + static_cast<size_t>(y) * layer.width;
    float* const to = padded + static_cast<size_t>(y + layer.dilation) * step + layer.dilation;
    int x = 0;
    for (; x + kLanes <= layer.width; x += kLanes) store(to + x, load_half(from + x));
    if (x == layer.width) continue;
    Half rest[kLanes] = {};
    float values[kLanes];
    for (int k = 0; x + k < layer.width; ++k) rest[k] = from[x + k];
    store(values, load_half(rest));
    for (int k = 0; x + k < layer.width; ++k) to[x + k] = values[k];
  }
}

inline void gather_patches(const Layer& layer, const Tiling& tiling, const float* padded,
                           int vector, Vector* patch) {
  const int step = padded_width(layer, tiling);
  float values[kPatchArea][kLanes] = {};
  for (int lane = 0; lane < kLanes; ++lane) {
    const Origin origin = gathered_origin(layer, tiling, vector * kLanes + lane);
    if (origin.y >= layer.height && origin.x >= layer.width) continue;
    const float* const from = padded + static_cast<size_t>(origin.y) * step + origin.x;
    for (int r = 0; r < kPatch; ++r) {
      for (int j = 0; j < kPatch; ++j) {
        values[r * kPatch + j][lane] = from[(static_cast<size_t>(r) * step + j) * layer.dilation];
      }
    }
  }
  for (int k = 0; k < kPatchArea; ++k) patch[k] = load(values[k]);
}

// Transformed: [frequency][channel of the input][tile].
void transform_input(const Layer& layer, const LayerMemory& memory, int first, int count, int from,
                     int to, float* transformed, float* scratch) {
  const Tiling tiling = tiling_of(layer);
  const size_t area = static_cast<size_t>(layer.height) * layer.width;
  const size_t step = frequency_step(layer.channels_in, count);
  const int in_row = ceil_div(tiling.across, kLanes);
  if (tiling.gathered) {
    const size_t padded =
        static_cast<size_t>(padded_width(layer, tiling)) * padded_height(layer, tiling);
    for (size_t k = 0; k < padded; ++k) scratch[k] = 0;
  }
  int channel = 0;
  for (int k = 0; k < memory.input_count; ++k) {
    const Planes& input = memory.inputs[k];
    for (int local = 0; local < input.channels; ++local, ++channel) {
      if (channel < from || channel >= to) continue;
      const Half* const plane = input.data + area * local;
      const bool more = local + 1 < input.channels;
      if (tiling.gathered) pad(layer, tiling, plane, scratch);
      for (int v = 0; v < count; ++v) {
        Vector patch[kPatchArea];
        if (tiling.gathered) {
          gather_patches(layer, tiling, scratch, first + v, patch);
        } else {
          const int row = (first + v) / in_row;
          read_patches(layer, plane, row, (first + v) % in_row * kLanes, more, patch);
        }
        transform_patch(patch, transformed + (static_cast<size_t>(channel) * count + v) * kLanes,
                        step);
      }
    }
  }
}

// ---- products

// Products: [frequency][channel of the output][tile].
void multiply(const Layer& layer, int count, int from, int to, const float* transformed,
              float* products, float* scratch) {
  const int padded = padded_channels(layer.channels_out);
  const size_t step = static_cast<size_t>(count) * kLanes;
  for (int frequency = from; frequency < to; ++frequency) {
    const float* const columns = transformed + frequency * frequency_step(layer.channels_in, count);
    float* const results = products + frequency * frequency_step(padded, count);
    for (int block = 0; block < padded; block += kRows) {
      widen(layer.filters + (static_cast<size_t>(frequency) * padded + block) * layer.channels_in,
            layer.channels_in * kRows, scratch);
      float* const rows = results + block * step;
      int v = 0;
      for (; v + kGroup <= count; v += kGroup) {
        multiply_block<kGroup>(scratch, columns + v * kLanes, layer.channels_in, step,
                               rows + v * kLanes);
      }
      for (; v < count; ++v) {
        multiply_block<1>(scratch, columns + v * kLanes, layer.channels_in, step,
                          rows + v * kLanes);
      }
    }
  }
}

// ---- results

inline void finish_line(const Vector columns[4], const Half* residual, int count, Half* to) {
  Vector values[4];
  join_by_four(columns, values);
  if (count == kTile * kLanes) {
    for (int k = 0; k < 4; ++k) {
      if (residual != nullptr) values[k] += load_half(residual + k * kLanes);
      store_half(to + k * kLanes, values[k]);
    }
    return;
  }
  Half line[kTile * kLanes] = {};
  if (residual != nullptr) {
    for (int k = 0; k < count; ++k) line[k] = residual[k];
    for (int k = 0; k < 4; ++k) values[k] += load_half(line + k * kLanes);
  }
  for (int k = 0; k < 4; ++k) store_half(line + k * kLanes, values[k]);
  for (int k = 0; k < count; ++k) to[k] = line[k];
}

inline void scatter(const Layer& layer, const Tiling& tiling, const Vector results[kTile * kTile],
                    const Half* residual, int vector, Half* plane) {
  // By row of the tile, then by column: one conversion for what a lane has.
  for (int k = 0; k < kTile * kTile; ++k) {
    Half added[kLanes] = {};
    Half out[kLanes];
    ptrdiff_t places[kLanes];
    for (int lane = 0; lane < kLanes; ++lane) {
      const Origin origin = gathered_origin(layer, tiling, vector * kLanes + lane);
      const int y = origin.y + k / kTile * layer.dilation;
      const int x = origin.x + k % kTile * layer.dilation;
      const bool inside = y < layer.height && x < layer.width;
      places[lane] = inside ? static_cast<ptrdiff_t>(y) * layer.width + x : -1;
      if (inside && residual != nullptr) added[lane] = residual[places[lane]];
    }
    Vector values = results[k];
    if (residual != nullptr) values += load_half(added);
    store_half(out, values);
    for (int lane = 0; lane < kLanes; ++lane) {
      if (places[lane] >= 0) plane[places[lane]] = out[lane];
    }
  }
}

void transform_output(const Layer& layer, const LayerMemory& memory, int first, int count, int from,
                      int to, const float* products) {
  const Tiling tiling = tiling_of(layer);
  const size_t area = static_cast<size_t>(layer.height) * layer.width;
  const size_t step = frequency_step(padded_channels(layer.channels_out), count);
  const int in_row = ceil_div(tiling.across, kLanes);
  for (int channel = from; channel < to; ++channel) {
    Half* const plane = memory.output + area * channel;
    const Half* const residual =
        memory.residual == nullptr ? nullptr : memory.residual + area * channel;
    for (int v = 0; v < count; ++v) {
      const float* const product = products + (static_cast<size_t>(channel) * count + v) * kLanes;
      const int row = (first + v) / in_row * kTile;
      const int column = (first + v) % in_row * kLanes * kTile;
      if (!tiling.gathered && channel + 1 < to) {
        for (int r = 0; r < kTile && row + r < layer.height; ++r) {
          Half* const line = plane + area + static_cast<size_t>(row + r) * layer.width + column;
          for (int k = 0; k < kTile * kLanes; k += 32) __builtin_prefetch(line + k, 1);
        }
      }
      Vector half_way[kTile * kPatch];
      Vector results[kTile * kTile];
      Vector loaded[kPatchArea];
      BGCUT_UNROLL
      for (int k = 0; k < kPatchArea; ++k) loaded[k] = load(product + k * step);
      BGCUT_UNROLL
      for (int j = 0; j < kPatch; ++j) {
        transform_result_line(loaded + j, kPatch, half_way + j, kPatch);
      }
      BGCUT_UNROLL
      for (int r = 0; r < kTile; ++r) {
        transform_result_line(half_way + r * kPatch, 1, results + r * kTile, 1);
      }
      const Vector bias = splat(layer.bias[channel]);
      BGCUT_UNROLL
      for (int k = 0; k < kTile * kTile; ++k) {
        results[k] += bias;
        if (layer.relu) results[k] = largest(results[k], Vector{});
      }
      if (tiling.gathered) {
        scatter(layer, tiling, results, residual, first + v, plane);
        continue;
      }
      for (int r = 0; r < kTile && row + r < layer.height; ++r) {
        const size_t place = static_cast<size_t>(row + r) * layer.width + column;
        finish_line(results + r * kTile, residual == nullptr ? nullptr : residual + place,
                    smaller(kTile * kLanes, layer.width - column), plane + place);
      }
    }
  }
}
