// What the allocator keeps.
#pragma once

namespace bgcut {

// Gives memory that was freed, but that the C library keeps for later, back to the system. Takes a
// millisecond or so; does nothing where there is no such call.
void return_free_memory();

// The same, but at most once a second, however many calls end.
void return_free_memory_sometimes();

// From now on blocks of a megabyte and more come from the system one by one and go back to it when
// they are freed, as they do in a young process: glibc raises that limit to 32 MB by what is freed,
// and then keeps the planes and pictures of earlier requests, in pieces, for each thread that ever
// took one. For the whole process; does nothing where MALLOC_MMAP_THRESHOLD_ is set, or where the C
// library is another one. May be called again.
void return_large_blocks();

}  // namespace bgcut
