{{ risk_improved_in('P03', 'disability') }}
