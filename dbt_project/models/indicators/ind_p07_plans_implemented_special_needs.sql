{{ plans_implemented_in('P07', 'sen') }}
