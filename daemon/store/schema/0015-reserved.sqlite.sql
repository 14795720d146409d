-- 0015: nothing; the number belongs to a change that is merged apart, whose file takes the place of this one.
SELECT 1;
