call_site:
    push rax
    mov rax,QWORD PTR [call_cost::_::IMPORTS]
    call rax
    mov rcx,QWORD PTR [call_cost::_::IMPORTS+0x40]
    mov rdi,rax
    call rcx
    inc rax
    pop rcx
    ret
call_cost::_::IMPORTS::stubs:
    mov r10,QWORD PTR [call_cost::_::IMPORTS+0x8]
    jmp QWORD PTR [import_dynamic_loader::guest::ENTER]
    lea r11,[call_cost::_::IMPORTS]
    jmp <import_dynamic::stubs::x86_64::trampoline>
    mov r10,QWORD PTR [call_cost::_::IMPORTS+0x48]
    jmp QWORD PTR [import_dynamic_loader::guest::ENTER]
    lea r11,[call_cost::_::IMPORTS+0x40]
    jmp <import_dynamic::stubs::x86_64::trampoline>
guest::guest_enter_fast:
    mov r11,TLS
    mov r11,QWORD PTR fs:[r11]
    test r11,r11
    je <import_dynamic_loader::arch::x86_64::guest::attach_and_enter>
    pop QWORD PTR [r11-0x38]
    wrfsbase r11
    call r10
    mov rcx,QWORD PTR fs:0xffffffffffffffc0
    push QWORD PTR fs:0xffffffffffffffc8
    wrfsbase rcx
    ret
