/* A library that needs what the program that opens it exports. It is linked with no C library: any host's will do. */
extern int program_function(int);
extern int PROGRAM_DATA;
extern __thread int program_tls;
extern int getpagesize(void);

int function(void) { return program_function(41); }
int data(void) { return PROGRAM_DATA *= 2; }
int tls(void) { return program_tls; }
int pagesize(void) { return getpagesize(); }
