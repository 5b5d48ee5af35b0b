/* A second library, with a function of the same name as the first has. */
long numbered_0(long x) { return x * 1000; }
