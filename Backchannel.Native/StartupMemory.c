/* At start the runtime unpacks its type data into 4 MB of memory. In large pages that is two page faults instead of 900, a fifth of the time
   from start to the first answer. It happens before any managed code runs, so this is C. */

#include <sys/mman.h>

#define LARGE_PAGE 0x200000

/* Pads the compiler's section for that data, so that it begins and ends with a large page. */
__asm__(
    ".section .hydrated,\"aw\",%nobits\n"
    ".balign 0x200000\n"
    ".globl unpacked_end\n"
    ".hidden unpacked_end\n"
    "unpacked_end:\n"
    ".text\n");

extern char unpacked_end[] __attribute__((visibility("hidden")));

__attribute__((constructor)) static void ask_for_large_pages(void)
{
    /* Only advice: a kernel that does not take it gives small pages. */
    (void)madvise(unpacked_end - 2 * LARGE_PAGE, 2 * LARGE_PAGE, MADV_HUGEPAGE);
}
