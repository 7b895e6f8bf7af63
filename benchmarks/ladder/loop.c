/* The limit: the Markov ladder as the least that a loop in C has to do, on one core.
 *
 * The same law as ladder.yaml in `compiled`, the same Philox4x32-10 draws at the same addresses, the same clocks (modified
 * next reactions) and the same monthly books, so that the books can be held against each other to the last integer.
 * Everything that the scenario language knows beyond this ladder is left out.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

enum { PLANS = 5, UP = 0, DOWN = 1, CANCEL = 2, CLOCKS = 3, COLUMNS = 5, PAYING = 0, MRR = 4, RETAINED = 6 };

typedef struct {
    int64_t months, lines;
    int64_t line[CLOCKS];            /* of an upgrade, a downgrade, a churn */
    uint64_t purpose[CLOCKS];
    double up, down, cancel[PLANS];  /* hazards a month */
    int64_t price[PLANS];            /* ten-thousandths of a currency unit */
} Ladder;

typedef struct {
    int64_t *month_amount, *month_count, *event_amount, *event_count; /* [month, plan, line] */
    int64_t *stock;                                                   /* [month + 1, plan, COLUMNS] */
    int64_t *retained;                                                /* [month, RETAINED] */
    int64_t *cohort;                                                  /* [month, 2] of the opening base */
} Books;

typedef struct {
    double due, hazard, budget, since;
    uint64_t count;
} Clock;

static double exponential(uint64_t occurrence, uint64_t purpose, uint64_t index, uint64_t stream, uint64_t key0,
                          uint64_t key1)
{
    uint32_t c0 = occurrence, c1 = purpose, c2 = index, c3 = stream, k0 = key0, k1 = key1;
    for (int round = 0; round < 10; round++) {
        uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;
        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)p1;
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)p0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    double unit = ((double)(c0 >> 6) * 67108864.0 + (double)(c1 >> 6) + 0.5) * (1.0 / 4503599627370496.0);
    return -log(unit);
}

/* Simulate customers 0 .. count - 1 who start on `plan`; return the number of transitions. */
int64_t simulate(const Ladder *l, Books *b, int64_t plan0, int64_t count, uint64_t stream, uint64_t key0, uint64_t key1)
{
    int64_t transitions = 0, months = l->months, lines = l->lines;
    int64_t history[512];
    for (int64_t customer = 0; customer < count; customer++) {
        Clock clock[CLOCKS] = {{INFINITY, 0, 0, 0, 0}, {INFINITY, 0, 0, 0, 0}, {INFINITY, 0, 0, 0, 0}};
        int64_t plan = plan0, month = 0, before = l->price[plan], now = before;
        double t = 0.0;
        int here = 1;
        history[0] = now;
        b->stock[plan * COLUMNS + PAYING] += 1;
        b->stock[plan * COLUMNS + MRR] += now;
        for (;;) {
            int next = UP;
            double due = months;
            if (here) {
                double hazards[CLOCKS] = {l->up, plan > 0 ? l->down : 0.0, l->cancel[plan]};
                for (int i = 0; i < CLOCKS; i++) {
                    Clock *k = &clock[i];
                    if (hazards[i] == k->hazard)
                        continue;
                    if (k->hazard > 0.0) /* its budget goes on at the new hazard */
                        k->budget = fmax(k->budget - k->hazard * (t - k->since), 0.0);
                    else if (k->budget <= 0.0)
                        k->budget = exponential(k->count++, l->purpose[i], customer, stream, key0, key1);
                    k->hazard = hazards[i];
                    k->since = t;
                    k->due = hazards[i] > 0.0 ? t + k->budget / hazards[i] : INFINITY;
                }
                next = CANCEL;
                if (clock[DOWN].due < clock[next].due)
                    next = DOWN;
                if (clock[UP].due < clock[next].due)
                    next = UP;
                due = fmin(clock[next].due, due);
            }
            for (int64_t into = (int64_t)due; month < into; month++) { /* month-ends up to then */
                if (now != before) {
                    int64_t line = l->line[now == 0 ? CANCEL : now > before ? UP : DOWN];
                    b->month_amount[(month * PLANS + plan) * lines + line] += llabs(now - before);
                    b->month_count[(month * PLANS + plan) * lines + line] += 1;
                    before = now;
                }
                history[month + 1] = now;
                if (now > 0) {
                    b->stock[((month + 1) * PLANS + plan) * COLUMNS + PAYING] += 1;
                    b->stock[((month + 1) * PLANS + plan) * COLUMNS + MRR] += now;
                    b->cohort[month * 2] += 1;
                    b->cohort[month * 2 + 1] += now;
                }
            }
            if (due >= months)
                break;
            t = due;
            clock[next].hazard = clock[next].budget = 0.0; /* it rings: a new budget, if it runs on */
            clock[next].due = INFINITY;
            if (next == UP && plan == PLANS - 1)
                continue;
            int64_t then = next == CANCEL ? 0 : l->price[next == UP ? plan + 1 : plan - 1];
            plan += next == CANCEL ? 0 : next == UP ? 1 : -1;
            here = next != CANCEL;
            b->event_amount[(month * PLANS + plan) * lines + l->line[next]] += llabs(then - now);
            b->event_count[(month * PLANS + plan) * lines + l->line[next]] += 1;
            now = then;
            transitions++;
        }
        for (int64_t m = 11; m < months; m++) {
            int64_t base = history[m - 11], end = history[m + 1], *row = &b->retained[m * RETAINED];
            if (base > 0) {
                row[0] += base;
                row[1] += end;
                row[2] += base < end ? base : end;
                row[3] += end;
                row[4] += 1;
                row[5] += end > 0;
            }
        }
    }
    return transitions;
}
