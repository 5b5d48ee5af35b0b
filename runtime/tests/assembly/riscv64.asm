call_site:
    add sp,sp,-16
    sd ra,8(sp)
    auipc a1,PAGE
    ld a1,OFFSET(a1) # <call_cost::_::IMPORTS>
    fence r,rw
    jalr a1
    auipc a1,PAGE
    ld a1,OFFSET(a1) # <call_cost::_::IMPORTS+0x40>
    fence r,rw
    jalr a1
    add a0,a0,1
    ld ra,8(sp)
    add sp,sp,16
    ret
call_cost::_::IMPORTS::stubs:
    auipc t3,PAGE
    ld t3,OFFSET(t3) # <call_cost::_::IMPORTS+0x8>
    auipc t1,PAGE
    jr OFFSET(t1) # <import_dynamic_loader::arch::riscv64::guest::guest_enter_fast>
    auipc t3,PAGE
    add t3,t3,OFFSET # <call_cost::_::IMPORTS>
    auipc t1,PAGE
    jr OFFSET(t1) # <import_dynamic::stubs::riscv64::trampoline>
    auipc t3,PAGE
    ld t3,OFFSET(t3) # <call_cost::_::IMPORTS+0x48>
    auipc t1,PAGE
    jr OFFSET(t1) # <import_dynamic_loader::arch::riscv64::guest::guest_enter_fast>
    auipc t3,PAGE
    add t3,t3,OFFSET # <call_cost::_::IMPORTS+0x40>
    auipc t1,PAGE
    jr OFFSET(t1) # <import_dynamic::stubs::riscv64::trampoline>
guest::guest_enter_fast:
    auipc t4,PAGE
    ld t4,OFFSET(t4) # <of TLS>
    add t4,t4,tp
    ld t4,0(t4)
    beqz t4,<import_dynamic_loader::arch::riscv64::guest::guest_enter_fast+0x24>
    sd ra,8(t4)
    mv tp,t4
    jalr t3
    ld ra,8(tp)
    ld tp,0(tp)
    ret
    auipc t1,PAGE
    jr OFFSET(t1) # <import_dynamic_loader::arch::riscv64::guest::attach_and_enter>
