#include "textflag.h"

// void labs_call(struct arguments *), called by the C calling convention on the system's stack.
TEXT labs_call(SB), NOSPLIT|NOFRAME, $0
	PUSHQ BX               // callee-saved
	MOVQ DI, BX            // the arguments
	MOVQ 0(BX), DI         // argument 1
	CALL libc_labs(SB)     // labs
	MOVQ AX, 8(BX)         // its result
	POPQ BX                // callee-saved
	RET                    // done

DATA ·labsCall(SB)/8, $labs_call(SB)
GLOBL ·labsCall(SB), NOPTR|RODATA, $8
