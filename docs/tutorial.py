"""From a question to a figure and a paragraph: why was no ceasefire of 30 days agreed in March 2025?

A notebook as a script: editors run it cell by cell (`# %%`), and `python docs/tutorial.py` runs all of it in half a
minute and leaves `why-no-ceasefire.png` in the working folder. Every name that is used is told in docs/python.md.
"""

# %% [markdown]
# The question: in March 2025 a ceasefire of 30 days was proposed for the war between Russia and Ukraine. Ukraine said
# that it accepted; Russia named conditions. The case writes down who claimed what, and assumes the rest as ranges.
# Nothing below says what was right, or forecasts anything: it says what follows from these assumptions.

# %%
import sim

case = sim.load("march-2025")
print(case)

# %% [markdown]
# Which preconditions are there, and how many of the numbers did somebody report?

# %%
print(case.preconditions.to_string(index=False))
print(case.assumptions["status"].value_counts())

# %% [markdown]
# One run is one draw of luck. Its story reads like a chronicle; number 24 has an exchange, a pause and blocked talks.

# %%
one = sim.run(case, seed=1, replication=24)
print(one.story[["date", "track", "text"]].head(8).to_string(index=False, max_colwidth=90))
print(sim.explain(one).text)

# %% [markdown]
# A batch is many draws. Shares come with their 95 % interval (Wilson), which describes luck and not the model.

# %%
batch = sim.batch(case, 2000, seed=1)
outcomes = batch.outcomes().set_index(["track", "outcome"])
print(outcomes.loc["ceasefire"])

# %% [markdown]
# Any column of the runs is at hand as a pandas frame; `batch.columns` says what stands in each.

# %%
print(batch.columns.loc["ceasefire.days_in_force"])
held = batch.runs["ceasefire.days_in_force"] >= 30
print(f"In force for 30 days or more: {held.mean():.1%} of runs")

# %% [markdown]
# What stood in the way? Days on which some package was worth enough to both sides, and each failed a precondition.

# %%
print(batch.in_the_way()[["precondition", "share", "days", "alone"]].to_string(index=False))

# %% [markdown]
# What would unlock it? Preconditions are taken away, and the same replications run again, each compared with itself.

# %%
why = sim.explain(batch, target="held30", replications=500)
print(why.text)
print(why.sets.sort_values("share", ascending=False).head(5).to_string(index=False))

# %% [markdown]
# The precondition that binds, taken away: what else changes? Pairs share their luck, so the interval is that of the
# difference, and where it covers 0 nothing is called different.

# %%
BINDING = "ceasefire.preconditions.russia.aid_and_intelligence"
without = case.variant({BINDING: None})
comparison = sim.compare(batch, without)
effects = comparison.differences.set_index("outcome")
agreed = effects.loc[["ceasefire.ever_agreed", "energy_pause.ever_agreed", "exchange.ever_agreed"]]
print(agreed[["first", "second", "difference", "low", "high", "told"]].to_string())
flips = comparison.flips.query("track == 'ceasefire'").drop(columns="variant")
print(flips.head(3).to_string(index=False))

# %% [markdown]
# Which assumption carries the answer, and how much of it is chance?

# %%
rests = sim.sensitivity(case, "ceasefire.deals>0", n=200)
print(rests.text)

# %% [markdown]
# A figure for the paper, and the paragraph beneath it. Another figure of the same answer has another name:
# `sim.plot(batch, "phases")`, `sim.plot(one, "zone-ceasefire")`.

# %%
figure = sim.plot(why, "explain-unlocks")
figure.savefig("why-no-ceasefire.png", dpi=200)

found = why.found
assert found is not None
assert found.unlocked is not None
before, enough, effect = found.unlocked.before, found.unlocked.enough, effects.loc["ceasefire.ever_agreed"]
assert enough is not None
print(
    f"Under the assumptions of the case, a ceasefire is agreed and in force for 30 days in {before.share:.1%} of "
    f"{before.n} runs ({before.low:.1%} to {before.high:.1%}). The smallest set of preconditions whose relaxation no "
    f"other set surpasses is {' and '.join(enough.conditions)}: {enough.reached.share:.1%} ({enough.reached.low:.1%} "
    f"to {enough.reached.high:.1%}). Taking away only the condition on aid and intelligence, which the case attributes "
    f"to Russia, a ceasefire is ever agreed more often by {100 * effect['difference']:.0f} points "
    f"({100 * effect['low']:.0f} to {100 * effect['high']:.0f}). An illustration under stated assumptions, not a "
    f"forecast."
)
