{{ published_values('P08') }}
