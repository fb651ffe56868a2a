/* While the database is away an agent goes on by the promise of all replicas that might replace it.
 *
 * One agent with the actor, two replicas of the control plane; each can lose the database and find it again at any time.
 * With each replica the agent has one request under way, which may be lost or come late; time has no end. Two halves, which
 * together would be too many states:
 *  - as it is: both replicas are in the list, and the agent holds it. Replicas die, and what one has sent to the database may
 *    be done there at any later time, also when the replica has given up waiting for it;
 *  - with -DLISTS: the second replica comes later, replicas are taken off the list, and the agent knows only the list that it
 *    was told. R is the last revision. With -DBOTH as well, both
 *    are there from the start. Without a grant the agent serves for OUT at most.
 */
#ifndef F
#define F 2            /* a grant, or a promise, lasts so long from the sending of what was asked */
#endif
#ifndef K
#define K 1
#endif
#ifndef L
#define L 4            /* so old a lease is when its agent may be replaced, and so long a promise is kept */
#endif
#ifndef OUT
#define OUT 5          /* without a grant an agent serves so long at most; longer than L, or promises would be idle */
#endif
#define X (OUT + L)    /* so old a lease is when it is no matter which list the agent holds */
#ifndef R
#define R 2
#endif
#ifdef LISTS
#define OLDEST X
#else
#define OLDEST L
#endif
#define NEVER 255
#define NOTHING 0
#define ASK 1
#define GRANT 2
#define PROMISE 3

typedef Replica {
  bool dead, reaches;  /* the database */
  byte since;          /* the revision with which it came; 0: not yet */
  bool listed;         /* in the table now */
  byte promised;       /* so long ago */
  bool doubts;         /* whether it has replaced the agent */
  bool pending;        /* its replacement may still be done: the lease is the one that it was about */
  /* the agent's request */
  byte mail, mailAge, mailHeld, mailList
}
Replica r[2];
byte revision = 1, listAt[R + 1];      /* who is in the list of each revision, as bits */
byte age, acked; bool replaced;        /* the agent's row */
byte left = F, late, held, granted;    /* the agent: may serve so long; list; so long ago it was granted something */
bool sure, frozen;                     /* sure: the database knows of a list */
byte word[2];                          /* so long ago it asked what was promised */

#define SERVES (!frozen)
#define OVERDUE (SERVES && left == 0 && late >= K)
#define IN(n, i) ((listAt[n] >> i) & 1)

inline upTo(what, most) { if :: what < most -> what++ :: else fi }
inline upToOrNever(what, most) { if :: what != NEVER && what < most -> what++ :: else fi }
inline noMail(i) { r[i].mail = NOTHING; r[i].mailAge = 0; r[i].mailHeld = 0; r[i].mailList = 0 }
inline extend() {
  if :: by > left -> left = by :: else fi;
  if :: left > 0 -> late = 0; frozen = false :: else fi }

/* How long the agent may go on by what was promised: the least of all in its list, and of what is left without a grant. */
inline byPromises() {
  by = F;
#ifdef M_ANYONE
  by = 0;
  if :: IN(held, 0) && F - word[0] > by -> by = F - word[0] :: else fi;
  if :: IN(held, 1) && F - word[1] > by -> by = F - word[1] :: else fi;
#else
  if :: IN(held, 0) && F - word[0] < by -> by = F - word[0] :: else fi;
  if :: IN(held, 1) && F - word[1] < by -> by = F - word[1] :: else fi;
#endif
  if :: held == 0 || listAt[held] == 0 -> by = 0 :: else fi;
#ifndef M_ENDLESS
  if :: OUT - granted < by -> by = OUT - granted :: else fi
#endif
}

/* What the database asks for in the end, when it does it. */
#ifdef M_UNLISTED
#define MAY_BE_DONE(i) (r[i].listed && age >= L)
#else
#ifdef M_OFF_THE_LIST
#define MAY_BE_DONE(i) (age >= L && (acked == 0 || acked >= r[i].since || age >= X))
#else
#define MAY_BE_DONE(i) (r[i].listed && age >= L && (acked == 0 || acked >= r[i].since || age >= X))
#endif
#endif

#define KEPT(i) (r[i].promised == NEVER || r[i].promised >= L)

active proctype System() { byte i, by;
  r[0].since = 1; r[0].listed = true; r[0].reaches = true; r[0].promised = NEVER;
  r[1].reaches = true; r[1].promised = NEVER; listAt[1] = 1; word[0] = F; word[1] = F;
#ifdef BOTH
  r[1].since = 1; r[1].listed = true; listAt[1] = 3;
#endif
#ifndef LISTS
  r[1].since = 1; r[1].listed = true; listAt[1] = 3; held = 1; acked = 1; sure = true;
#endif
  do
  :: d_step { !OVERDUE ->
       if :: SERVES && left == 0 && late < K + 1 -> late++ :: else fi;
       if :: left > 0 -> left-- :: else fi;
       upTo(age, OLDEST);
#ifdef LISTS
       upTo(granted, OUT);
#endif
        upTo(word[0], F); upTo(word[1], F);
       upToOrNever(r[0].promised, L); upToOrNever(r[1].promised, L);
       if :: r[0].mail != NOTHING -> upTo(r[0].mailAge, F) :: else fi;
       if :: r[1].mail != NOTHING -> upTo(r[1].mailAge, F) :: else fi }
  :: d_step { SERVES && left == 0 -> frozen = true; late = 0 }
  :: atomic { if :: i = 0 :: i = 1 fi;
     if
     :: d_step { !r[i].dead -> r[i].reaches = !r[i].reaches }
#ifdef LISTS
     :: d_step { r[i].since == 0 && r[i].reaches && revision < R ->
          revision++; listAt[revision] = listAt[revision - 1] | (1 << i); r[i].since = revision; r[i].listed = true }
     :: d_step { r[i].listed && revision < R ->
          revision++; listAt[revision] = listAt[revision - 1] & (3 - (1 << i)); r[i].listed = false }
#else
     :: d_step { !r[i].dead -> r[i].dead = true; r[i].reaches = false; r[i].promised = NEVER; r[i].doubts = false }
#endif

     /* heartbeats */
     :: d_step { r[i].mail != NOTHING -> noMail(i) }
     :: d_step { r[i].mail == NOTHING ->
          r[i].mail = ASK;
#ifdef LISTS
          r[i].mailHeld = held
#endif
          }
     :: d_step { r[i].mail == ASK && !r[i].dead && r[i].reaches && r[i].since != 0 && !replaced ->
          age = 0; r[0].pending = false; r[1].pending = false;
          r[i].mail = GRANT;
#ifdef LISTS
          if :: r[i].mailHeld > acked -> acked = r[i].mailHeld :: else fi;
          if :: revision > r[i].mailHeld -> r[i].mailList = revision :: else fi
#endif
          }
     :: d_step { r[i].mail == ASK && !r[i].dead && !r[i].reaches && r[i].since != 0 && !r[i].doubts ->
#ifndef M_FORGET
          r[i].promised = 0;
#endif
          r[i].mail = PROMISE }
     :: d_step { r[i].mail == GRANT ->
          by = F - r[i].mailAge; extend();
          if :: r[i].mailAge < granted -> granted = r[i].mailAge :: else fi;
          if :: r[i].mailHeld != 0 -> sure = true :: else fi;
          if :: r[i].mailList > held -> held = r[i].mailList :: else fi;
          by = 0; noMail(i) }
     :: d_step { r[i].mail == PROMISE ->
#ifdef M_RECEIPT
          word[i] = 0;
#else
          if :: r[i].mailAge < word[i] -> word[i] = r[i].mailAge :: else fi;
#endif
          if
#ifdef M_REVIVE
          :: sure -> byPromises(); extend()
#else
#ifdef M_UNSURE
          :: left > 0 -> byPromises(); extend()
#else
          :: sure && left > 0 -> byPromises(); extend()
#endif
#endif
          :: else
          fi;
          by = 0; noMail(i) }

     /* a replacement; the halves of it are a replica's decision, the database's deed, and what the replica knows of it */
#ifdef LISTS
     :: d_step { r[i].reaches && r[i].since != 0 && !replaced && MAY_BE_DONE(i) && KEPT(i) -> replaced = true }
#else
     :: d_step { !r[i].dead && r[i].reaches && !r[i].doubts && !replaced && MAY_BE_DONE(i) && KEPT(i) ->
          r[i].doubts = true; r[i].pending = true }
     :: d_step { r[i].pending && !replaced && MAY_BE_DONE(i) -> replaced = true; r[0].pending = false; r[1].pending = false }
     :: d_step { r[i].pending -> r[i].pending = false }
#ifdef M_DOUBTLESS
     :: d_step { r[i].doubts -> r[i].doubts = false }
#else
     :: d_step { r[i].doubts && !r[i].pending && r[i].reaches -> r[i].doubts = false }
#endif
#endif
     fi;
     i = 0 }
  od }
active proctype Monitor() {
#ifdef SHOW
  d_step { (SERVES && age >= L && left > 0) -> assert(false) }
#else
  d_step { (replaced && SERVES) -> assert(false) }
#endif
}
