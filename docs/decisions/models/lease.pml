/* At most one copy of an actor serves: leases, epochs, sets, and the warden that freezes.
 *
 * Two agents, one actor. Each message may be lost, sent again, or come as late as it likes: what lies in a slot is taken at
 * any time or never. Only ages are kept, never instants, so a run has no end. Time passes in steps, for all at once, and
 * what must be done in time (freezing) holds it up. An epoch is kept as what matters of it: whether it has passed.
 *
 * An agent that is fenced says hello and is welcomed under a new epoch; that is one answer here, after which it has ended
 * what it ran and may serve nothing before it is granted something again.
 */
#ifndef F
#define F 2            /* an agent serves so long from the sending of what was granted */
#endif
#ifndef K
#define K 1            /* so late a copy may be frozen */
#endif
#ifndef L
#define L 4            /* so old a lease is when its agent is lost; must be more than F + K */
#endif

#define NOTHING 0
#define ASKED 1
#define GRANT 1
#define FENCED 2
#define RUN 1

typedef Agent {
  byte age;            /* of its lease, in the database */
  bool lost;           /* in the database: given up, and not heard of since */
  bool past;           /* its epoch is not the database's any more */
  byte left;           /* how long it may serve yet, as it counts */
  bool copy, frozen;   /* a process of the actor */
  byte late;           /* how long its copy has served without a lease */
  byte ask, askAge; bool askPast;
  byte answer, answerAge; bool answerPast;
  byte set; bool setPast
}
Agent a[2];
bit owner;             /* whose the actor is by its row */

#define SERVES(i) (a[i].copy && !a[i].frozen)
#ifdef M_NO_WARDEN
#define OVERDUE(i) false
#else
#define OVERDUE(i) (SERVES(i) && a[i].left == 0 && a[i].late >= K)
#endif
#ifdef M_RECEIPT
#define GRANTED(i) F
#else
#define GRANTED(i) (F - a[i].answerAge)
#endif

inline upTo(what, most) { if :: what < most -> what++ :: else fi }
inline grow(i) {
  upTo(a[i].age, L);
  if :: SERVES(i) && a[i].left == 0 && a[i].late < K + 1 -> a[i].late++ :: else fi;
  if :: a[i].left > 0 -> a[i].left-- :: else fi;
  if :: a[i].ask != NOTHING -> upTo(a[i].askAge, F) :: else fi;
  if :: a[i].answer != NOTHING -> upTo(a[i].answerAge, F) :: else fi }
inline noAsk(i) { a[i].ask = NOTHING; a[i].askAge = 0; a[i].askPast = false }
inline noAnswer(i) { a[i].answer = NOTHING; a[i].answerAge = 0; a[i].answerPast = false }
inline noSet(i) { a[i].set = NOTHING; a[i].setPast = false }
inline ends(i) { a[i].copy = false; a[i].frozen = false; a[i].late = 0 }
inline extend(i) {                                     /* a grant also thaws */
  if :: GRANTED(i) > a[i].left -> a[i].left = GRANTED(i) :: else fi;
  if :: a[i].left > 0 -> a[i].late = 0; a[i].frozen = false :: else fi }

active proctype System() { bit i;
  do
  :: d_step { !OVERDUE(0) && !OVERDUE(1) -> grow(0); grow(1) }
  :: atomic { if :: i = 0 :: i = 1 fi;
     if
     /* lost on the way */
     :: d_step { a[i].ask != NOTHING -> noAsk(i) }
     :: d_step { a[i].answer != NOTHING -> noAnswer(i) }
     :: d_step { a[i].set != NOTHING -> noSet(i) }
     /* the agent sends a heartbeat */
     :: d_step { a[i].ask == NOTHING -> a[i].ask = ASKED; a[i].askPast = a[i].past }
     /* the control plane answers, after its commit */
     :: d_step { a[i].ask != NOTHING && a[i].answer == NOTHING ->
          if
          :: !a[i].askPast && !a[i].lost -> a[i].age = 0; a[i].answer = GRANT
          :: else -> a[i].answer = FENCED; if :: a[i].lost -> a[i].lost = false; a[i].age = 0 :: else fi
          fi;
          a[i].answerAge = a[i].askAge; a[i].answerPast = false; noAsk(i) }
     /* and says what shall run, again and again */
     :: d_step { a[i].set == NOTHING && owner == i && !a[i].lost -> a[i].set = RUN }
     /* the agent hears the answer */
     :: d_step { a[i].answer != NOTHING ->
          if
#ifdef M_ANY_ANSWER
          :: !a[i].answerPast && !a[i].past -> extend(i)
#else
          :: a[i].answer == GRANT && !a[i].answerPast && !a[i].past -> extend(i)
          :: a[i].answer == GRANT && a[i].answerPast && a[i].past -> extend(i)   /* both of the epoch before */
#endif
          :: a[i].answer == FENCED && a[i].past && !a[i].answerPast ->
               ends(i); a[i].past = false;
#ifdef M_FENCED_EXTENDS
               a[i].left = GRANTED(i)
#else
               a[i].left = 0
#endif
          :: else
          fi;
          noAnswer(i) }
     /* and the set */
     :: d_step { a[i].set != NOTHING ->
          if
#ifdef M_UNBOUND_SET
          :: a[i].left > 0 && !a[i].copy -> a[i].copy = true
#else
          :: a[i].left > 0 && !a[i].copy && !a[i].setPast && !a[i].past -> a[i].copy = true
#endif
          :: else
          fi;
          noSet(i) }
     /* the warden freezes, whatever the agent does */
#ifndef M_NO_WARDEN
     :: d_step { SERVES(i) && a[i].left == 0 -> a[i].frozen = true; a[i].late = 0 }
#endif
     /* the agent is lost, and its actor with it: one epoch more, and all that is under way is of the one before */
     :: d_step { owner == i && !a[i].lost && !a[1 - i].lost && a[i].age >= L && a[1 - i].age < L ->
          a[i].lost = true;
#ifndef M_NO_BUMP
          a[i].past = true;
          if :: a[i].ask != NOTHING -> a[i].askPast = true :: else fi;
          if :: a[i].answer != NOTHING -> a[i].answerPast = true :: else fi;
          if :: a[i].set != NOTHING -> a[i].setPast = true :: else fi;
#endif
          owner = 1 - i }
     fi;
     i = 0 }
  od }
active proctype Monitor() { d_step { (SERVES(0) && SERVES(1)) -> assert(false) } }
