// The code of every instruction set. The file that includes it defines, in an anonymous namespace
// inside bgcut::convnet: kLanes, kRows, which divides kLanes, kGroup, the vectors that one
// multiplication works on, kName and, on vectors of kLanes floats, load_half(const Half*) and
// store_half(Half*, Vector).
//
// Nothing here may come from a template of the standard library: the linker keeps one copy of such
// a function for the whole program, and that could be the one with instructions that the CPU has
// not.

#include "convnet/vectors-inl.h"

#include "convnet/transforms-inl.h"

#include "convnet/winograd-inl.h"

#include "convnet/planes-inl.h"

const Kernels kTable{kName,         kLanes,           kRows,          input_floats, product_floats,
                     worker_floats, vectors_of,       packed_filters, pack_filters, transform_input,
                     multiply,      transform_output, strided_floats, strided_row,  pool,
                     upsample,      sigmoid};

#undef BGCUT_UNROLL
