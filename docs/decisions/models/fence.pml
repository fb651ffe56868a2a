/* No write of an old copy is acknowledged that the new copy does not see, and none is kept after it: without any clock.
 *
 * The state of an actor is a value in the database, next to the generation that may write it. An old copy writes for ever,
 * as slowly as it likes: it checks its generation, writes, commits, and is told. Meanwhile the generation is counted up in a
 * transaction, and after its commit the new copy reads the value once. A lock on the generation's row, shared by writes and
 * exclusive for the count, is held to the commit.
 */
#define WRITES 3       /* of the old copy at most; each adds one */

byte generation = 1;   /* as committed */
byte value, acknowledged;
byte sharers; bool counting;      /* who holds the row */
byte seen = 255;                  /* by the new copy */

#ifdef M_NO_LOCK
#define SHARE skip
#define UNSHARE skip
#define EXCLUSIVE counting = true
#else
#ifdef M_KEY_SHARE                /* shares with whatever does not change the key: it does not keep the count out */
#define SHARE sharers++
#define UNSHARE sharers--
#define EXCLUSIVE counting = true
#else
#define SHARE atomic { !counting -> sharers++ }
#define UNSHARE sharers--
#define EXCLUSIVE atomic { sharers == 0 -> counting = true }
#endif
#endif

active proctype Old() { byte writes; bool mine;
  do
  :: writes < WRITES ->
       SHARE;
       mine = (generation == 1);  /* read after the lock is had, as Postgres reads a row again that it had to wait for */
       if
       :: mine -> value++; UNSHARE; acknowledged++; assert(seen == 255 || acknowledged <= seen)
       :: else -> UNSHARE
       fi;
       writes++
  :: else -> break
  od }

active proctype Count() {
  EXCLUSIVE;
  generation = 2;
  counting = false;
  seen = value;
  assert(acknowledged <= seen) }

/* What the new copy has read stays true: nobody else writes. */
active proctype Monitor() { d_step { (seen != 255 && value != seen) -> assert(false) } }
