/* A definition of each kind, with a version or without, and some that another library has. */
int plain(void) { return 1; }
__attribute__((weak)) int weak(void) { return 2; }
__attribute__((visibility("protected"))) int kept(void) { return 3; }
int object = 4;
__thread int of_thread = 5;
int empty[0];

static int chosen(void) { return 6; }
static void *choose(void) { return chosen; }
int indirect(void) __attribute__((ifunc("choose")));

extern int needed(void);
extern int missing(void) __attribute__((weak));
int calls_others(void) { return needed() + (missing ? missing() : 0); }

__asm__(".globl absolute\n.set absolute, 0x123456");
__asm__(".pushsection .data\n.globl unique\n.type unique, %gnu_unique_object\n.size unique, 4\nunique: .long 7\n.popsection");

#ifdef VERSIONS
__attribute__((used)) int both_1(void) { return 8; }
__attribute__((used)) int both_2(void) { return 9; }
__attribute__((used)) int only_1(void) { return 10; }
__attribute__((used)) int mixed_1(void) { return 11; }
__asm__(".symver both_1, both@ONE");
__asm__(".symver both_2, both@@TWO");
__asm__(".symver only_1, only_older@ONE");
__asm__(".symver mixed_1, mixed@ONE");
int mixed(void) { return 12; }
int older(void) { return 13; }
#endif
