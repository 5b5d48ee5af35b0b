call_site:
    stp x29, x30, [sp, #-16]!
    mov x29, sp
    adrp x8, PAGE
    add x8, x8, OFFSET
    ldar x8, [x8]
    blr x8
    adrp x8, PAGE
    add x8, x8, OFFSET
    ldar x8, [x8]
    blr x8
    add x0, x0, #0x1
    ldp x29, x30, [sp], #16
    ret
call_cost::_::IMPORTS::stubs:
    bti c
    adrp x9, PAGE
    ldr x9, [x9, OFFSET]
    b <import_dynamic_loader::arch::aarch64::guest::guest_enter_fast>
    bti c
    adrp x9, PAGE
    add x9, x9, OFFSET
    b <import_dynamic::stubs::aarch64::trampoline>
    bti c
    adrp x9, PAGE
    ldr x9, [x9, OFFSET]
    b <import_dynamic_loader::arch::aarch64::guest::guest_enter_fast>
    bti c
    adrp x9, PAGE
    add x9, x9, OFFSET
    b <import_dynamic::stubs::aarch64::trampoline>
guest::guest_enter_fast:
    bti c
    movz x16, TLS
    movk x16, TLS
    mrs x17, tpidr_el0
    ldr x16, [x17, x16]
    cbz x16, <import_dynamic_loader::arch::aarch64::guest::guest_enter_fast+0x34>
    str x30, [x16, #24]
    msr tpidr_el0, x16
    blr x9
    mrs x16, tpidr_el0
    ldp x17, x30, [x16, #16]
    msr tpidr_el0, x17
    ret
    b <import_dynamic_loader::arch::aarch64::guest::attach_and_enter>
