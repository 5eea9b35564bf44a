{{ published_values('S08') }}
