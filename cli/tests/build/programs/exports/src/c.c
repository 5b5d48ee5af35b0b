/* What a library finds in the program: a variable of each thread, and a function that C libraries have as well. */
__thread int program_tls = 7;

int *c_tls(void) { return &program_tls; }

int getpagesize(void) { return 12345; }
