create table ev on cluster main (B
c()
>--note
IN OFF) (
B
c()
>--note
IN OFF) (
B
)) ne = 2