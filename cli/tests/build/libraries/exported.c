/* A library that needs what `#[export_dynamic]` exports, and what any program does that has a C library's function itself. */
extern int program_exported(int);
extern int getpagesize(void);

int exported(void) { return program_exported(21) + getpagesize(); }
