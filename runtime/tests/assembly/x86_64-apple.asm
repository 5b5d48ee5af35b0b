call_site:
    pushq %rbp
    movq %rsp, %rbp
    callq labs::target
    movq %rax, %rdi
    callq llabs::target
    incq %rax
    popq %rbp
    retq
labs::target:
    jmpq *IMPORTS(%rip)
llabs::target:
    jmpq *IMPORTS+64(%rip)
stubs:
    leaq IMPORTS(%rip), %r11
    {disp32} jmp trampoline
    leaq IMPORTS+64(%rip), %r11
    {disp32} jmp trampoline
