{{ risk_improved_in('P06', 'sen') }}
