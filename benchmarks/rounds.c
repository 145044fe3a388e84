/* The scenario rounds.yaml by hand: the days of one table at which two parties compare packages, and nothing besides.

   Written for speed and for this scenario alone. What packages are worth, and which of them can be agreed at all, is
   worked out once a run; or, compiled with EACH_DAY, every day, as the engine does, which has to expect a war and
   preconditions that look at the world. The order of a day, the formulas and the draws are those of docs/ODD.md, so
   that every number comes out equal to the last bit. */

#include <math.h>
#include <stdint.h>

enum { SEATS = 2, FEATURES = 3, CONDITIONS = 6, OUTCOMES = 160 };
enum { COMPLETED = 7, IMPASSE = 10, BLOCKED = 11, WALKOUT = 12, IN_TALKS = 13 }; /* places in chunk.ENDINGS */
enum { FIRST_PROPOSER = 8, LEAVES = 9 };                                         /* purposes of draws */

typedef struct {
    int64_t days, rounds, per_day, retry;
    double scores[SEATS][OUTCOMES][FEATURES];
    int64_t failing[OUTCOMES];
} Scenario;

typedef struct {
    double weights[SEATS][FEATURES], margins[SEATS], exponents[SEATS], impatience[SEATS];
} Drawn;

typedef struct {
    int64_t ending, first_agreed, talks, days_in_talks, days_blocked, blocked[CONDITIONS], alone[CONDITIONS];
} Row;

typedef struct {
    int64_t open, reopens_on, rounds, proposer, blocked, barren[SEATS];
} Table;

typedef double Worths[SEATS][OUTCOMES];

typedef struct {
    int count, places[OUTCOMES];
} Passing;

static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

static double draw(uint64_t key, uint64_t purpose, int64_t actor, int64_t day)
{
    uint64_t counter = purpose << 56 | (uint64_t)(actor & 63) << 44 | (uint64_t)63 << 38 | (uint64_t)day << 24;
    return ((mix(key + 0x9E3779B97F4A7C15u * counter) >> 12) + 0.5) / 4503599627370496.0;
}

static void judge(const Scenario *given, const Drawn *drawn, Worths worths, double tops[SEATS])
{
    for (int seat = 0; seat < SEATS; seat++) {
        double all = 0.0;
        for (int feature = 0; feature < FEATURES; feature++) all += fabs(drawn->weights[seat][feature]);
        tops[seat] = -INFINITY;
        for (int outcome = 0; outcome < OUTCOMES; outcome++) {
            double total = 0.0;
            for (int feature = 0; feature < FEATURES; feature++)
                total += drawn->weights[seat][feature] * given->scores[seat][outcome][feature];
            worths[seat][outcome] = total / all;
            if (worths[seat][outcome] > tops[seat]) tops[seat] = worths[seat][outcome];
        }
    }
}

/* The packages that nothing bars and that are worth both reservations: nobody ever demands less. */
static void survey(const Scenario *given, const Drawn *drawn, Worths worths, Passing *passing)
{
    passing->count = 0;
    for (int outcome = 0; outcome < OUTCOMES; outcome++)
        if (!given->failing[outcome] && worths[0][outcome] >= drawn->margins[0] && worths[1][outcome] >= drawn->margins[1])
            passing->places[passing->count++] = outcome;
}

/* The package that the chooser likes best of those that all demand and nothing bars, or -1. */
static int compare_menus(const Passing *passing, Worths worths, const double demands[SEATS], int64_t chooser)
{
    int best = -1;
    for (int place = 0; place < passing->count; place++) {
        int outcome = passing->places[place];
        if (worths[0][outcome] < demands[0] || worths[1][outcome] < demands[1]) continue;
        double own = worths[chooser][outcome], other = worths[1 - chooser][outcome];
        if (best < 0 || own > worths[chooser][best] || (own == worths[chooser][best] && other > worths[1 - chooser][best]))
            best = outcome;
    }
    return best;
}

/* Whether the other seat put anything that is worth this one's reservation to it. */
static int is_fruitful(Worths worths, const double demands[SEATS], const double *reservations, int seat)
{
    for (int outcome = 0; outcome < OUTCOMES; outcome++)
        if (worths[1 - seat][outcome] >= demands[1 - seat] && worths[seat][outcome] >= reservations[seat]) return 1;
    return 0;
}

static void count_unlocks(const int64_t *masks, int found, Row *row)
{
    int64_t any = 0, single = 0;
    for (int i = 0; i < found; i++) {
        int least = 1;
        for (int j = 0; j < found && least; j++) least = j == i || (masks[j] & masks[i]) != masks[j];
        if (!least) continue;
        any |= masks[i];
        if ((masks[i] & (masks[i] - 1)) == 0) single |= masks[i];
    }
    for (int condition = 0; condition < CONDITIONS; condition++) {
        row->blocked[condition] += any >> condition & 1;
        row->alone[condition] += single >> condition & 1;
    }
}

static void note_blocked(const Scenario *given, Worths worths, const double *reservations, Table *table, Row *row)
{
    int64_t masks[1 << CONDITIONS];
    int found = 0;
    table->blocked = 0;
    for (int outcome = 0; outcome < OUTCOMES; outcome++) {
        if (worths[0][outcome] < reservations[0] || worths[1][outcome] < reservations[1]) continue;
        if (given->failing[outcome] == 0) return;
        int known = 0;
        while (known < found && masks[known] != given->failing[outcome]) known++;
        if (known == found) masks[found++] = given->failing[outcome];
    }
    if (found == 0) return;
    table->blocked = 1;
    row->days_blocked++;
    count_unlocks(masks, found, row);
}

/* One day of rounds; returns whether the parties agreed. */
static int hold_day(const Scenario *given, const Drawn *drawn, Worths worths, double tops[SEATS], Passing *passing, Table *table, Row *row)
{
#ifdef EACH_DAY
    judge(given, drawn, worths, tops);
    survey(given, drawn, worths, passing);
#endif
    for (int held = 0; held < given->per_day && table->rounds < given->rounds; held++) {
        int last = (table->rounds + 1) % given->per_day == 0 || table->rounds + 1 == given->rounds;
        if (passing->count == 0 && !last) {
            table->rounds++;
            table->proposer = (table->proposer + 1) % SEATS;
            continue;
        }
        double time = (double)(table->rounds + 1) / (double)given->rounds, demands[SEATS];
        for (int seat = 0; seat < SEATS; seat++) {
            double least = drawn->margins[seat], top = tops[seat], asked = least;
            if (top > least) asked = least + (top - least) * (1.0 - pow(time, drawn->exponents[seat]));
            if (asked > fmax(top, least)) asked = fmax(top, least);
            demands[seat] = asked > least ? asked : least;
        }
        int agreed = compare_menus(passing, worths, demands, (table->proposer + 1) % SEATS);
        table->rounds++;
        table->proposer = (table->proposer + 1) % SEATS;
        if (agreed >= 0) return 1;
        if (last)
            for (int seat = 0; seat < SEATS; seat++)
                table->barren[seat] = is_fruitful(worths, demands, drawn->margins, seat) ? 0 : table->barren[seat] + 1;
    }
    note_blocked(given, worths, drawn->margins, table, row);
    return 0;
}

static int has_left(uint64_t key, const Drawn *drawn, const Table *table, int64_t day)
{
    for (int seat = 0; seat < SEATS; seat++)
        if (draw(key, LEAVES, seat, day) < -expm1(-drawn->impatience[seat] * (double)table->barren[seat])) return 1;
    return 0;
}

static void run(const Scenario *given, const Drawn *drawn, uint64_t key, Row *row)
{
    Worths worths;
    double tops[SEATS];
    Passing passing;
    Table table = {0};
    *row = (Row){.first_agreed = -1};
    judge(given, drawn, worths, tops);
    survey(given, drawn, worths, &passing);
    for (int64_t day = 0; day < given->days; day++) {
        if (!table.open) {
            if (day < table.reopens_on) continue;
            table = (Table){.open = 1, .proposer = (int64_t)(draw(key, FIRST_PROPOSER, -1, day) * SEATS)};
        }
        row->days_in_talks++;
        if (hold_day(given, drawn, worths, tops, &passing, &table, row)) {
            row->talks++;
            row->first_agreed = day;
            row->ending = COMPLETED;
            return;
        }
        int ran_out = table.rounds >= given->rounds;
        if (ran_out || has_left(key, drawn, &table, day)) {
            row->talks++;
            row->ending = ran_out ? table.blocked ? BLOCKED : IMPASSE : WALKOUT;
            table.open = 0;
            table.reopens_on = day + given->retry;
        }
    }
    if (table.open) {
        row->talks++;
        row->ending = IN_TALKS;
    }
}

void run_replications(const Scenario *given, const Drawn *drawn, uint64_t seed, int64_t first, int64_t count, Row *rows)
{
    for (int64_t place = 0; place < count; place++) {
        uint64_t key = mix(seed + 0x9E3779B97F4A7C15u * (uint64_t)(first + place + 1));
        run(given, &drawn[place], key, &rows[place]);
    }
}
