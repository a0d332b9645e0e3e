"""What a company was told, and all worlds in which it could have been told that.

In: a line for each company, as JSON: its pillars, the rule by which figures are told, how many sessions a month somebody may have, and its months:
the members, each with the pillars in which they had a session, and whether the company knows that since the account is its own; and what was told.
Out: a line for each, with the people who are singled out, and how many worlds it took.

A world says of each member in which pillars they had a session. The rules are told here once more, from
docs/decisions/figures-single-nobody-out.md, so that the database is held against them, too.
"""

import json
import sys

from ortools.sat.python import cp_model

NOISE = 15
GROUP = 5


class Worlds:
    """What must hold of the counts of a month because of what was told."""

    def __init__(self, company, month):
        self.rule = company["rule"]
        self.model = cp_model.CpModel()
        self.size = len(month["members"])

    def figure(self, count):
        """What is told of a count, in fives, and whether it is withheld by itself."""
        noise = NOISE if self.rule == "noise" else 0
        about, fives, left = self.model.new_int_var(-noise, self.size + noise, ""), self.model.new_int_var(-noise, self.size, ""), self.model.new_int_var(0, 4, "")
        few, many, withheld = (self.model.new_bool_var("") for _ in range(3))
        self.model.add(about >= count - noise)
        self.model.add(about <= count + noise)
        self.model.add(about == 5 * fives + left)
        clear = GROUP + noise
        self.model.add(about < clear).only_enforce_if(few)
        self.model.add(about >= clear).only_enforce_if(~few)
        self.model.add(self.size - about < clear).only_enforce_if(many)
        self.model.add(self.size - about >= clear).only_enforce_if(~many)
        self.model.add_max_equality(withheld, [few, many])
        return fives, withheld

    def tell(self, counts, total, pillars, people):
        if self.rule == "exact":
            for count, told in zip([*counts, total], [*pillars, people]):
                self.model.add(count == told)
            return
        figures = [self.figure(count) for count in counts]
        fives, withheld = self.figure(total)
        if people is not None:
            self.model.add(fives * 5 == people)
            self.model.add(withheld == 0)
        elif len(pillars) > 1:
            self.model.add(withheld == 1)
        missing = [p for p, told in enumerate(pillars) if told is None]
        for p, told in enumerate(pillars):
            if told is not None:
                self.model.add(figures[p][0] * 5 == told)
                self.model.add(figures[p][1] == 0)
        if self.rule == "noise":
            self.withhold_along(pillars, people, missing, figures)
        else:
            for p in missing:
                self.model.add(figures[p][1] == 1)

    def withhold_along(self, pillars, people, missing, figures):
        """Withheld by itself; or, where two are missing, one of them because of the other and as the smallest of the rest."""
        if len(missing) == 1 and (len(pillars) > 1 or people is not None):
            self.model.add_bool_or([])
        along = {p: self.model.new_bool_var("") for p in missing}
        self.model.add(sum(along.values()) <= (1 if len(missing) == 2 else 0))
        for p in missing:
            self.model.add(figures[p][1] == 1).only_enforce_if(~along[p])
            self.model.add(figures[p][1] == 0).only_enforce_if(along[p])
            for other, told in enumerate(pillars):
                if told is not None:
                    self.model.add(figures[p][0] * 5 + (0 if p < other else 1) <= told).only_enforce_if(along[p])

    def solve(self):
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        # Many questions at once are enough; the most is not asked for.
        solver.parameters.relative_gap_limit = 0.5
        status = solver.solve(self.model)
        assert status in (cp_model.OPTIMAL, cp_model.FEASIBLE, cp_model.INFEASIBLE), solver.status_name(status)
        return None if status == cp_model.INFEASIBLE else solver


class Month(Worlds):
    """The worlds of a month: of each member, in which pillars they had a session. Of the company's own accounts that is known."""

    def __init__(self, company, month):
        super().__init__(company, month)
        self.used = [self.member(company, member) for member in month["members"]]
        any_used = [self.any_of(of_one) for of_one in self.used]
        counts = [self.count([of_one[p] for of_one in self.used]) for p in range(len(company["pillars"]))]
        self.tell(counts, self.count(any_used), month["told"]["pillars"], month["told"]["people"])

    def member(self, company, member):
        if member["known"]:
            return [int(p in member["used"]) for p in range(len(company["pillars"]))]
        used = [self.model.new_bool_var("") for _ in company["pillars"]]
        if company["limit"] is not None:
            self.model.add(sum(used) <= company["limit"])
        return used

    def any_of(self, used):
        if all(isinstance(one, int) for one in used):
            return max(used)
        one = self.model.new_bool_var("")
        self.model.add_max_equality(one, used)
        return one

    def count(self, literals):
        counted = self.model.new_int_var(0, self.size, "")
        self.model.add(counted == sum(literals))
        return counted


def could_be_told(company, month, counts, total):
    worlds = Worlds(company, month)
    worlds.tell(counts, total, month["told"]["pillars"], month["told"]["people"])
    return worlds.solve() is not None


def counted(company, month):
    counts = [sum(p in member["used"] for member in month["members"]) for p in range(len(company["pillars"]))]
    return counts, sum(1 for member in month["members"] if member["used"])


def singled_out(company, month):
    """Whose sessions are the same in all worlds, and how many worlds were found. Each world is asked for what none before it had."""
    open_questions = {
        (e, p, had) for e, member in enumerate(month["members"]) if not member["known"] for p in range(len(company["pillars"])) for had in (0, 1)
    }
    worlds = 0
    while open_questions:
        one = Month(company, month)
        answers = [one.used[e][p] if had else ~one.used[e][p] for e, p, had in sorted(open_questions)]
        one.model.add(sum(answers) >= 1)
        one.model.maximize(sum(answers))
        world = one.solve()
        if world is None:
            break
        worlds += 1
        open_questions = {(e, p, had) for e, p, had in open_questions if world.value(one.used[e][p]) != had}
    return open_questions, worlds


def told_apart(company, month):
    """Who is told by the figures to whoever knows of everybody else: one session more or less could not have been told."""
    counts, total = counted(company, month)
    possible = {}
    told = []
    for e, member in enumerate(month["members"]):
        for p in range(len(company["pillars"])):
            other = set(member["used"]) ^ {p}
            change = (p, 1 if p in other else -1, bool(other) - bool(member["used"]))
            if company["limit"] is not None and len(other) > company["limit"]:
                continue
            if change not in possible:
                others = [count + (change[1] if p == q else 0) for q, count in enumerate(counts)]
                possible[change] = could_be_told(company, month, others, total + change[2])
            if not possible[change]:
                told.append((e, p))
    return told


def judged(company):
    report = {"singled_out": [], "told_apart": [], "impossible": [], "worlds": 0, "figures": 0}
    for month in company["months"]:
        if not could_be_told(company, month, *counted(company, month)):
            report["impossible"].append(month["month"])
            continue
        left, worlds = singled_out(company, month)
        report["worlds"] += worlds
        report["figures"] += sum(told is not None for told in [*month["told"]["pillars"], month["told"]["people"]])
        report["singled_out"] += [[month["month"], e, p] for e, p, _ in sorted(left)]
        report["told_apart"] += [[month["month"], e, p] for e, p in told_apart(company, month)]
    return report


for line in sys.stdin:
    print(json.dumps(judged(json.loads(line))), flush=True)
