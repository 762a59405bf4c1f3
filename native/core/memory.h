// What the allocator keeps.
#pragma once

namespace bgcut {

// Gives memory that was freed, but that the C library keeps for later, back to the system. Takes a
// millisecond or so; does nothing where there is no such call.
void return_free_memory();

// From now on blocks of under 24 MB, which are the planes of a matte, stay with the process when
// they are freed: fresh ones cost a page fault for every 4 kB, some 60 ms of a call. Larger ones,
// which are pictures, come from the system one by one and go back to it, and so does the rest with
// return_free_memory(). For the whole process; does nothing where MALLOC_MMAP_THRESHOLD_ and
// MALLOC_TRIM_THRESHOLD_ are set, or where the C library is another one. May be called again.
void keep_small_blocks();

}  // namespace bgcut
