/* Stands before a library that names it as its filtee. */
int plain(void) { return 30; }
