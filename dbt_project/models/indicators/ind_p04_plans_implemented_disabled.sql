{{ plans_implemented_in('P04', 'disability') }}
