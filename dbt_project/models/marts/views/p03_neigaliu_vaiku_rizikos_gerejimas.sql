{{ published_values('P03') }}
