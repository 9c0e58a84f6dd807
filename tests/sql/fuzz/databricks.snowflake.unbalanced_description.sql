desc t
> DESCRD( Bt