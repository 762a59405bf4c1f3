// What the allocator keeps.
#pragma once

namespace bgcut {

// Gives memory that was freed, but that the C library keeps for later, back to the system. Takes a
// millisecond or so; does nothing where there is no such call.
void return_free_memory();

// The same, but at most once a second, however many calls end.
void return_free_memory_sometimes();

// How the C library serves this process from now on, as far as its environment says nothing else
// (MALLOC_MMAP_THRESHOLD_, MALLOC_ARENA_MAX). Blocks of a megabyte and more come from the system
// one by one and go back to it when they are freed, as they do in a young process: glibc raises
// that limit to 32 MB by what is freed, and then keeps the planes and pictures of earlier requests.
// And threads share the arenas for small blocks that are there, two at least: with one each, all
// keep pages of which some bytes are in use, more with every hundred calls. To be called before any
// thread of ours starts; does nothing where the C library is another one. May be called again.
void tame_allocator();

}  // namespace bgcut
