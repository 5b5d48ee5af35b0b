call:
    movq IMPORT@GOTPCREL(%rip), %rax
    movq (%rax), %rax
    jmpq *%rax
call_variadic:
    movsd .LCPI1_0(%rip), %xmm0
    movb $1, %al
    jmp variadic
bind:
    leaq IMPORT(%rip), %r11
    jmp trampoline
guest:
    movq IMPORT+8(%rip), %r10
    jmpq *ENTER(%rip)
variadic:
    jmpq *IMPORT(%rip)
