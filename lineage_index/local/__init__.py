"""Operations as processes of this machine: a convenience for one person at one machine, and no scheduler."""
