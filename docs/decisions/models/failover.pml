/* No generation is handed out twice, although Postgres may forget: by a crash what was not on disk, by a failover to a standby
 * that lags whatever had not got there yet. Epochs are counted in the same way.
 *
 * A control plane counts the actor's generation up in a transaction and hands it to a copy when the commit is acknowledged. The
 * database also keeps by which timeline generations were last counted. A promoted standby begins a timeline of its own, so whoever
 * looks first sees the difference, and goes on from a number that is made of the time.
 */
#define STARTS 4       /* generations that are asked for */
#define FAILOVERS 2
#define CRASHES 2
#ifndef JUMP
#define JUMP 8         /* more than can be forgotten */
#endif

typedef Database { byte generation; byte timeline; byte counted };   /* counted: by which timeline */
Database now, disk, standby;
byte time;             /* no two failovers are at the same */
byte life;             /* a commit is acknowledged only by the Postgres that began it */
bool given[STARTS + FAILOVERS * JUMP + 1];

inline copy(to, from) { to.generation = from.generation; to.timeline = from.timeline; to.counted = from.counted }

active proctype ControlPlane() { byte starts, mine, generation;
  do
  :: starts < STARTS ->
       d_step {
         mine = life;
#ifndef M_NO_JUMP
         if
         :: now.counted != now.timeline ->
#ifdef M_COUNTED
              now.generation = now.generation + JUMP;
#else
              now.generation = (time * JUMP > now.generation -> time * JUMP : now.generation);
#endif
              now.counted = now.timeline
         :: else -> skip
         fi;
#endif
         now.generation++;
         generation = now.generation };
       d_step {
#ifndef M_NOT_ON_DISK
         if
         :: life == mine -> copy(disk, now)
         :: else -> skip
         fi;
#endif
         if
         :: life == mine -> assert(!given[generation]); given[generation] = true
         :: else -> skip       /* nobody knows whether it was committed: it is looked at anew */
         fi };
       starts++
  :: else -> break
  od }

active proctype Postgres() { byte failovers, crashes;
  do
  :: d_step { copy(disk, now) }
  :: d_step { copy(standby, disk) }
  :: d_step { crashes < CRASHES -> crashes++; life++; copy(now, disk) }
  :: d_step { failovers < FAILOVERS -> failovers++; life++; time++;
       copy(now, standby); now.timeline++; copy(disk, now) }
  od }
