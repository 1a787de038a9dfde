"""What each error says, in English; other languages stand in the message catalogs."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

__all__ = ["TEMPLATES"]

TEMPLATES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "above_cap": "expected an amount of at most the cap, {high}, got {value}"
        " (hint: raise the cap, or take this part out of it)",
        "allocated_to_itself": "expected owners other than the target's own, got {value} among them"
        " (hint: to divide over time, use split)",
        "allocation_over_time": "expected an allocation over owners or scopes, got one over time"
        " (hint: the grain and the profile of a grid say how it is spread over time)",
        "amount_digits": "expected at most {digits} digits after the point for {unit}, got {value}"
        " (hint: round it first, or use a unit with more digits)",
        "amount_float": "expected an int, str or Decimal and no float, got {value}"
        ' (hint: write it as text, such as Amount.of("12.34", CNY), so that no digit is guessed)',
        "amount_not_a_number": "expected a decimal number such as 1234.50, got {value}"
        " (hint: no thousands separators, no currency signs)",
        "amount_or_decimal": "expected an amount or a decimal number as text, got {value}"
        ' (hint: {{"minor": 800, "unit": "CNY"}}, or "0.25" in quotes)',
        "amount_overflow": "expected an amount whose minor units fit a 64-bit integer, got {value}"
        " (hint: a unit with fewer digits reaches further)",
        "appraisal_of_another": "expected appraisals of one person, {left}, got one of {right}",
        "appraisal_of_another_scheme": "expected appraisals by one scheme, {left}, got one by another, {right}"
        " (hint: appraise the earlier periods again by the scheme of today)",
        "appraisal_without_period": "expected an appraisal with its period, got one without"
        " (hint: appraise(..., period=Period.quarter(2026, 3)))",
        "array_untagged": 'expected a value, got an array (hint: a tuple is written as {{"tuple": [1, 2]}})',
        "assessment_of_another": "expected an assessment of the same target, got one of another",
        "assessments_missing": "expected at least one row of the risk in assessments.csv, got none for {value}"
        " (hint: how likely and how grave it is, is told there)",
        "audit_lacks": "expected a value for every owner who has a target, got none for {value}"
        " (hint: write 0 for whoever has none)",
        "audit_mixed": "expected targets of one metric in one unit, got {left} and {right} (hint: audit each by itself)",
        "audit_without_measure": "expected potential, capacity or history to compare targets with, got none",
        "backtest_before_data": "expected a day on which at least one deal was known, got {value} (hint: take a later day)",
        "backtest_unfinished": "expected a day whose period is over by {until}, the last day on record, got one of {value}"
        " (hint: take an earlier day, or state until when the records are complete)",
        "bands_end": "expected a last band without an end below, got one from {value}"
        " (hint: let its cut be -math.inf, since points below 0 may sum to anything)",
        "bands_overlap": "expected cuts that fall from band to band, got {value} after {previous}"
        " (hint: the best band stands first)",
        "baseline_stages": "expected a baseline of the stages {choices}, got {value}",
        "basis_elsewhere": "expected owners who are under the target's owner within {value}, got another one",
        "basis_lacks": "expected a weight for every owner that the other bases name, got none for {value}"
        " (hint: write 0 for whoever is to have none)",
        "basis_misses": "expected a weight of everybody who is there, got none of {value} (hint: a weight of 0 gets nothing)",
        "basis_no_mapping": "expected a mapping of owner to weight, got {value}"
        " (hint: allocation.equal(owners) gives each the same weight)",
        "before_actuals": "expected a day on or after {start}, up to which the plan has counted actuals, got {value}",
        "below_bands": "expected a score of at least {low}, where the lowest band begins, got {value}"
        " (hint: let the last cut be -math.inf, if whatever is lower belongs to it)",
        "below_floor": "expected an amount of at least the floor, {low}, got {value}"
        " (hint: lower the floor, or take this part out of it)",
        "below_zero": "expected 0 or more, got {value}",
        "between": "expected a number between {low} and {high}, neither included, got {value}",
        "beyond_int64": "expected a number between -2**63 and 2**63, got {value}",
        "bound_beyond_totals": "expected a bound that the totals of row and column leave room for, {total}, got {value}",
        "bound_sign": "expected a bound that allows a part of 0 or of the sign of the total, got {value}",
        "bounds_not_taken": "expected no bounds for the method {method}, got some (hint: {choices} take bounds)",
        "breakdown_parts": "expected parts that fit the rule {rule}, got others",
        "breakdown_value": "expected a tree that comes to {expected}, got one of {value}",
        "cadence_empty": "expected at least one step for a grade, got none",
        "calendar_conflict": "expected a day to be a holiday or an extra workday, got {value} as both",
        "calendar_no_workdays": "expected a weekend of at most six days, got {value}",
        "calendar_year_end": "expected a week pattern of the years that end on the {value} such weekday, got none"
        " (hint: set week_pattern to 4-4-5, 4-5-4 or 5-4-4)",
        "calibration_order": "expected a day no earlier than that of the last meeting, {last}, got {value}",
        "calibration_without_reason": "expected the reason for which the meeting decided so, got none"
        " (hint: a sentence that the person concerned may read)",
        "cap_of_none": "expected a family that a rule names, got {value}",
        "caps_below_total": "expected caps with a sum of at least {total}, got {value}, which is {excess} less"
        " (hint: raise those of {owners}; whoever has no weight gets the floor)",
        "caps_below_total_in_steps": "expected caps, rounded down to steps of {step}, with a sum of at least {total}"
        ", got {value}, which is {excess} less"
        " (hint: raise those of {owners}, or take a smaller step)",
        "cell_too_long": "expected text of at most {limit} characters, got {value}",
        "change_empty": "expected at least one value that changes, got none",
        "change_mismatch": "expected the change that was decomposed, {expected}, got {value}"
        " (hint: give the factors in units of which the product is in the unit of the amount)",
        "changes_missing": "expected at least one row of the deal in changes.csv, got none for {value}"
        " (hint: its stage, amount, owner and whatever else changes stand there)",
        "chart_of_nothing": "expected something that a chart could show, got nothing",
        "check_answer": "expected a Judged of truths, one for each of {expected} rows, got {value}",
        "check_in_empty": "expected a check-in that says how far it is, how sure its owner is, or a note, got none of these",
        "check_in_kind": "expected a check-in that states {expected}, as a key result of kind {kind} asks,"
        " got one that states {value}",
        "check_in_of_objective": "expected a check-in of an objective to give a score, a confidence or a note, got {value}"
        " (hint: what is measured is checked in with a key result)",
        "checkpoint_divided": "expected an owner whose parts are all of one target, got {value}, whose parts are of several"
        " (hint: a checkpoint is for somebody who stays in one team)",
        "checkpoint_order": "expected at least as much as by the checkpoint before, got {value}",
        "checkpoint_unreachable": "expected a checkpoint that the open parts until then can reach, got one that is"
        " {excess} more",
        "choice": "expected one of {choices}, got {value}",
        "clawback_above_credit": "expected at most {limit} to be taken back, the credit of {entry}, got {value} in all",
        "clawback_without_statement": "expected a statement before that tells what was paid for {value}, got none"
        " (hint: pass it as previous, or take credit back with the method recomputed)",
        "column_kind": "expected a column of the kind {expected}, got {value}",
        "columns_lacking": "expected the columns {missing} too, got none (hint: a rule can say nothing of what is not there)",
        "contact_of_one": "expected a customer, an opportunity or a lead to which the contact belongs, got none or several",
        "correlation": "expected a number from 0 to below 1, got {value}"
        " (hint: with 1 nothing but the common factor would decide)",
        "cost_of_nothing": "expected a channel, a campaign or an owner for which it was spent, got none",
        "currency_case": "expected the currency {known}, in capitals, got {value}"
        " (hint: a count of this name is written with its digits, as in pen:0)",
        "customer_cycle": "expected a tree of customers, got a cycle through {value}",
        "customer_never_bought": "expected a customer who bought at some time, got {value}, who never did"
        " (hint: nobody is lost who was not won)",
        "customer_not_lost": "expected a customer who has not bought for {days} days or more, got one who bought on {on}",
        "date_is_datetime": "expected a date, got a datetime (hint: choose the time zone yourself and pass value.date())",
        "date_too_late": "expected a day before the last that a calendar can hold, got {value}",
        "days_reversed": "expected a last day on or after the first, got {first} and {last}",
        "deal_not_lost": "expected a deal that was lost or given up by {as_of}, got one that was not",
        "decimal_as_text": "expected a decimal number as text, got {value}"
        ' (hint: put it in quotes, as in "0.8", so that no digit is guessed)',
        "decimal_scale": "expected a number with at most {digits} digits before and after the point, got {value}",
        "diff_mixed": "expected a plan of {left}, got one of {right} (hint: plans of one metric in one unit can be compared)",
        "dimensions": "expected an array of one dimension, got {value}",
        "direction_not_higher": "expected a metric of which more is better, got {metric}"
        " (hint: whether a limit is reasonable is another question)",
        "document_decoding": "expected UTF-8 text, got other bytes at position {position}",
        "document_too_large": "expected a document of at most {limit} MiB, got {size} MiB"
        " (hint: raise limit_bytes, if you trust whoever wrote it)",
        "draw_not_conserved": "expected a closing of opening + advanced - recovered - forgiven, {expected}, got {value}",
        "due_before_created": "expected a due day on or after {created}, the day it was created, got {value}",
        "due_before_start": "expected a due day on or after {start}, on which it starts, got {value}",
        "duplicate_id": "expected an id that no other rep or team bears, got {value} again",
        "duplicate_target": "expected one target for owner, metric, period and scope, got another one for {value}",
        "empty": "expected text that is not empty and has no blanks at its ends, got {value}",
        "entry_not_before_exit": "expected an entry before the exit at {exit}, got {value}"
        " (hint: leave out what leaves as it enters: it was never under observation)",
        "entry_outside_plan": "expected a day within the plan, {period}, got {value}"
        " (hint: entries of other days belong to another version of the plan)",
        "evidence_later": "expected results as known by {last}, got one as of {value}"
        " (hint: compute it as of that day, or ask about a later one)",
        "exchange_both_ways": "expected the rates of a pair to be stated one way, got those of {base} in {quote} both ways"
        " (hint: drop one way; each serves the other as its inverse)",
        "exchange_rate_missing": "expected a rate of {base} in {quote} on or before {value}, got none"
        " (hint: add it to the table, or name the pivot through which the pair is converted)",
        "exit_criteria": "expected evidence of {missing} before a deal leaves {stage}, got none"
        " (hint: pass the keys of what is met as evidence)",
        "exported_missing": "expected the day of the export, since some fields are as exported, got None",
        "fact_missing": "expected a fact, since a criterion asks for it, got none"
        ' (hint: missing="leave_out" or "points" lets a score do without)',
        "fact_of_two_kinds": "expected scales of one kind for a fact,"
        " got numbers, categories or flags side by side for {value}",
        "fact_out_of_range": "expected a value from {low} to {high}, got {value}"
        " (hint: a share is written as such, 105% as 1.05; the scheme states the ranges)",
        "factor_missing": "expected the same factors before and after, got none by the name of {value}"
        " (hint: a factor that did not move is in both)",
        "factor_undefined": "expected a number, since {previous} before it is not 0 but {value}, got nan"
        " (hint: a rate over nothing is undefined; what it is taken of stands before it)",
        "factor_undefined_first": "expected a number for the first factor, or a 0 among those before it, got {value}",
        "file_decoding": "expected UTF-8 text, got other bytes at position {position} (hint: save the file as 'CSV UTF-8')",
        "file_delimiter": "expected commas between the columns, got {value} (hint: save the file as 'CSV UTF-8')",
        "file_empty": "expected a header line with the columns {columns}, got an empty file",
        "file_is_folder": "expected a file to write to, got a folder (hint: name a file in it, such as review.md)",
        "file_misnamed": "expected the file {known} too, got {value}, not read and perhaps meant for it"
        "; rows here that need it: {count} (hint: save it as CSV under that name)",
        "file_missing": "expected the file {known} too, got none; rows here that need it: {count}",
        "file_too_large": "expected a file of at most {limit} MiB, got {size} MiB"
        " (hint: raise limit_bytes, or split the file by year)",
        "file_unreadable": "expected a file that can be read, got the system error {reason}",
        "file_unwritable": "expected a place that can be written to, got the system error {reason}",
        "flags_beside_numbers": "expected either numbers or yes and no, got {value} beside {other}, which are equal"
        " (hint: write True and False in every row, or 1 and 0)",
        "floor_above_cap": "expected a floor of at most the cap, {high}, got {low}",
        "floors_above_total": "expected floors with a sum of at most {total}, got {value}, which is {excess} more"
        " (hint: lower those of {owners})",
        "floors_above_total_in_steps": "expected floors, rounded up to steps of {step}, with a sum of at most {total}"
        ", got {value}, which is {excess} more"
        " (hint: lower those of {owners}, or take a smaller step)",
        "folder_empty": "expected a folder that holds reps.csv, got an empty one",
        "folder_is_file": "expected a folder that holds reps.csv, got a file (hint: give the folder in which it lies)",
        "folder_missing": "expected a folder that holds reps.csv, got a path at which there is nothing",
        "folder_occupied": "expected a new folder, or one that holds nothing but files of this layout, got {value}",
        "folder_unreadable": "expected a folder that can be read, got the system error {reason}",
        "forecast_of_another": "expected forecasts of one period and one owner, got one of another",
        "goal_half_stated": "expected measure, baseline and goal_value together, got only {value}"
        " (hint: an effect can be told only against a baseline and a goal stated before)",
        "goal_no_change": "expected a goal value other than the baseline, got {value} as both",
        "grid_clash": "expected sums that the days of work allow, but {owners} need {need} and can bring {short} less:"
        " {held} in {periods}, and {elsewhere} at other times (hint: give them less, or spread the target otherwise over time)",
        "grid_short": "expected sums that the days of work allow, but {owners} need {need} and can bring {short} less,"
        " {elsewhere} in all (hint: give them less, or spread the target otherwise over time)",
        "group_too_small": "expected people with a score, {minimum} or more, got {value}"
        " (hint: distribute a larger group, or none)",
        "held_above_total": "expected amounts that hold to leave the others a part of {total} or nothing"
        ", got a sum of {value}, which is {excess} beyond it"
        " (hint: those of {owners} hold)",
        "held_below_total": "expected amounts that hold for all parts to sum to {total}, got {value}, which is {excess} less"
        " (hint: those of {owners} hold; leave one open)",
        "history_begins": "expected the first change to name a stage, got none",
        "history_empty": "expected at least one change, got none",
        "history_later": "expected a history that ends on {as_of} or before, got one up to {value}"
        " (hint: what was learnt later would tell the future)",
        "history_negative": "expected actuals with a sum of 0 or more, got {value}"
        " (hint: returns outweigh sales; leave the owner out, or state a weight)",
        "history_order": "expected days in order, got {value} after {previous}"
        " (hint: sort the changes by day; within a day their order is the sequence)",
        "history_repeats": "expected another stage than the one in which the deal is, got {value} again"
        " (hint: repeats='collapse', of Opportunity.of and io.folder.read, drops such rows)",
        "history_segmented": "expected a history of all deals together, got one by {value}"
        " (hint: count the outcomes without by)",
        "history_too_short": "expected deals followed for {value} days, as far as the period reaches, got a shorter history"
        " (hint: take a period that ends sooner, or the stated probabilities)",
        "history_too_small": "expected at least {minimum} earlier deals to learn from, got {value}"
        " (hint: lower the minimum, or take the stated probabilities)",
        "history_undated": "expected a day, got none (hint: only the first change may lack it)",
        "infeasible_sum": "expected values whose sum is {total} up to rounding, got a sum that is off by {excess}",
        "interval_half": "expected both ends of the interval with a value, or neither",
        "interval_reversed": "expected low <= high, got {low} and {high}",
        "invalid_input": "faults in the input: {count}",
        "json_syntax": "expected JSON, got something else or the end of the text (hint: the path is line and column)",
        "kept_and_overridden": "expected a part to be kept or set by hand, got both (hint: drop one of the two)",
        "key_result_field": "expected no {field} in a key result of kind {kind}, got one",
        "key_result_flat": "expected a target other than the start, got {value} for both"
        " (hint: what should stay where it is has a band; what is done or not is a yes or no)",
        "key_result_lacks": "expected {field} in a key result of kind {kind}, got none",
        "key_short": "expected a secret key of at least {low} bytes, got {value}"
        " (hint: secrets.token_bytes(32), kept apart from the data)",
        "key_weak": "expected a secret key with at least {low} different bytes, got {value}"
        " (hint: secrets.token_bytes(32), kept apart from the data)",
        "kpi_order": "expected floor, target, stretch and cap to lead one way, up where more is better, with points that never"
        " fall, got another order",
        "lead_begins": "expected the first change of a lead to name a status, got none",
        "lead_begins_later": "expected a day on or after {began}, when the lead began, got {value}",
        "lead_changes_missing": "expected at least one row of the lead in lead_changes.csv, got none for {value}"
        " (hint: its status, owner and whatever else changes stand there)",
        "length": "expected {expected} items, got {value}",
        "level_alone": "expected no level without an interval, got {value}",
        "level_mixed": "expected estimates whose intervals have one level, got {left} and {right}",
        "likelihood_without_peak": "expected customers of whom the model can learn, got {value} who leave its parameters open"
        " (hint: take more of them, or a longer time; where all buy alike, or at fixed times, there is nothing to learn)",
        "limit_without_criterion": "expected a criterion to which the least or the most points belong, got none",
        "lower_above_total": "expected lower bounds with a sum of at most {total}, got {value}, which is {excess} more"
        " (hint: bounds that count stand at the positions {positions})",
        "margins_clash": "expected totals that the cells allow, but rows {rows} need {need} and can get {short} less:"
        " {held} from columns {columns}, and {elsewhere} from the others (hint: rows and columns count from 0; raise a bound,"
        " or a weight of 0, where these rows meet the other columns, or change the totals)",
        "margins_differ": "expected row totals and column totals of one sum, got {rows} and {columns}, a difference"
        " of {excess}",
        "market_exceeded": "expected a market of at least what the named sell, {expected}, got {value}",
        "market_shares": "expected shares whose sum is at most 1, got {value} (hint: shares are fractions: 0.12, not 12)",
        "market_vanishes": "expected a market that is still there in the target's period, got a growth of {value}",
        "masked": "expected an array without a mask, got one that hides some rows"
        " (hint: fill it first: numbers with column.filled(numpy.nan), text with column.filled(''))",
        "metric_conflict": "expected one definition of the metric {metric}, got another one",
        "milestone_of_another": "expected a milestone of the target's own owner, metric and scope, got another",
        "milestone_outside": "expected a milestone within {expected}, got {value}",
        "milestone_with_start": "expected a milestone, which takes no time, without a start, got {value}"
        " (hint: let it be a task)",
        "missing_column": "expected a column {column}, got the columns {columns}",
        "missing_extra": "expected the package {package} to be installed (hint: pip install 'salesperf[{extra}]')",
        "missing_field": "expected a value, got none",
        "misspelt_column": "expected a known column, perhaps {known}, got {value}",
        "misspelt_counted": "expected a fact that the table holds, perhaps {known}, got {value}",
        "misspelt_criterion": "expected a fact that the card asks for, perhaps {known}, got {value}, which it does not",
        "misspelt_fact": "expected what some record bears, perhaps {known}, got {value}, which none does",
        "misspelt_field": "expected a known field, perhaps {known}, got {value}",
        "misspelt_file": "expected a known file, perhaps {known}, got {value}",
        "misspelt_followed": "expected the id of a lead or a customer that is followed up, perhaps {known}, got {value}",
        "misspelt_number": "expected the address of a number in the review, perhaps {known}, got {value}",
        "misspelt_owner": "expected the id of a rep or a team, perhaps {known}, got {value}",
        "more_than_all": "expected a part of the whole, got {value}, more than there is in all",
        "move_outside_service": "expected a move after the day of hire and before the day of leaving, got {value}",
        "name_taken": "expected a name that no column of the result bears, got {value}",
        "negative": "expected a number of 0 or more, got {value}",
        "negative_amount": "expected an amount of 0 or more of a deal that may be won, got {value} smallest units",
        "nested_too_deeply": "expected at most {limit} objects and arrays within each other, got more",
        "no_amounts": 'expected at least one deal with an amount, got none (hint: forecast their number, with measure="count")',
        "no_appraisals": "expected at least one appraisal, got none",
        "no_bands": "expected at least one band, got none",
        "no_capacity": "expected a weight above 0 only for who works in {value}, got one for somebody who does not"
        " (hint: a weight of 0 leaves them out)",
        "no_categories": "expected at least one category, got none",
        "no_columns": "expected at least one of the columns {choices}, got none",
        "no_criteria": "expected at least one criterion, got none",
        "no_day": "expected actuals, deals or leads, whose last day would be the day to look back from, got none"
        " (hint: pass --as-of)",
        "no_fields": "expected the name of at least one field, got none",
        "no_history": "expected actuals of {metric} by these owners in the period, got none",
        "no_knots": "expected at least one knot, got none",
        "no_permutation": "expected each position once, got {value}",
        "no_plan": "expected a plan for {value} on {on}, got none",
        "no_step_between": "expected a multiple of the step {step} from the floor {low} to the cap {high}, got none"
        " (hint: take a smaller step)",
        "no_trials": "expected at least one trial, got none of anybody",
        "no_weights": "expected at least one weight to divide {total} by, got none",
        "no_workdays": "expected a period with workdays, got none in {value}",
        "nobody_came_again": "expected at least one customer who bought again, got {value} who did not",
        "nobody_there": "expected somebody who is there to bring {value}, got nobody"
        " (hint: give the days a weight of 0 in the profile, or name a vacant seat as a rep of kind house)",
        "nobody_to_take": "expected somebody whose part is open and who has a weight above 0 to take the {value} that is left"
        ", got nobody"
        " (hint: raise a weight, or the amounts that hold)",
        "not_a_category": "expected the text of a category, got {value}",
        "not_a_claim": "expected a pair of the id of a lead and of whoever claims it, got something else",
        "not_a_count": "expected a count (a whole number, 0 or more), got {value}",
        "not_a_flag": "expected yes or no, True or False, got {value}",
        "not_a_label": "expected a category (text, a whole number, yes or no) or a tuple of some, got {value}",
        "not_a_matrix": "expected an array of two dimensions, subjects x raters, got {value}",
        "not_a_number": "expected a number, got {value}",
        "not_a_repeat": "expected a whole number of repeat purchases, 1 or more, got {value}"
        " (hint: leave out customers who did not come again)",
        "not_a_shape": "expected a number from 1e-4 to 1e12, got {value}",
        "not_additive": "expected a metric that adds up (a flow), got {metric}, a {accumulation}"
        " (hint: a ratio target is inherited, not divided; that of a stock or of distinct things is set for each by itself)",
        "not_an_array": "expected an array, got {value}",
        "not_an_object": "expected an object, got {value}",
        "not_codes": "expected an array of one dimension of whole numbers, got {value}"
        " (hint: Codes.of(values) makes codes and labels of a list)",
        "not_days": 'expected days as datetime64[D], got {value} (hint: column.astype("datetime64[D]"))',
        "not_degrees": "expected a whole number from 1 to {high}, got {value}",
        "not_encodable": "expected text that UTF-8 can hold, got half a surrogate pair",
        "not_finite": "expected a finite number, got {value}",
        "not_flags": "expected a list or an array of yes and no, True and False, got {value}",
        "not_held": "expected cases that the table holds, to be removed from it, got more of them for {value}",
        "not_inherited": "expected a ratio, which is the same for everybody below, got {metric}, a {accumulation}"
        " (hint: a flow is divided: use cascade)",
        "not_integers": "expected a numpy array of whole numbers, got {value} (hint: amounts count in minor units)",
        "not_money": "expected an amount of money, got one in {value}",
        "not_numbered": "expected whole numbers from 0 on, each of which comes, got others",
        "not_numbers": "expected a list or an array of numbers, got {value}",
        "not_numeric": "expected a number or a numpy array of numbers, got {value}"
        " (hint: make a list an array with numpy.array)",
        "not_of_scale": "expected a column that a scale of type {scale} can look up, got {value}",
        "not_positive": "expected a finite number above 0, got {value}",
        "not_recorded": "expected a metric that is recorded, and no ratio, got {metric}"
        " (hint: record {numerator} and {denominator}; the ratio follows)",
        "not_recorded_part": "expected a metric that is recorded, and no ratio, got {metric}",
        "not_shown": "expected what a message may show, got {value}",
        "not_treatable": "expected records or a noun of them, got {value}",
        "not_unique": "expected each one once, got {value} again",
        "not_whole_column": "expected a column of whole numbers of smallest units, got {value}",
        "nothing_created": "expected at least one deal created in {value}, got none (hint: learn from a longer window)",
        "nothing_held": "expected the id of a {kind} of whom something is held, got {value}",
        "nothing_open": "expected an open part that may change and is planned above 0 for what {owner} still has to do,"
        " {value}, got none"
        " (hint: release a lock, or choose another policy)",
        "nothing_to_class": "expected at least one value above 0, got none (hint: of nothing nobody has a share)",
        "number_too_long": "expected a number of at most {limit} digits, got a longer one",
        "objective_cycle": "expected a tree of objectives, got a cycle through {value}",
        "objective_levels": "expected at most {limit} levels of objectives, got more",
        "objective_of_both": "expected key results or children, got both (hint: give the key results to a child of their own)",
        "one_of_two": "expected exactly one of {choices}, got both or neither",
        "one_outcome": "expected both won and lost cases to learn from, got {won} won and {lost} lost"
        " (hint: add the tables of more cases)",
        "opening_not_closing": "expected an opening balance of {expected}, the last closing balance, got {value}",
        "org_cycle": "expected a tree of teams, got a cycle through {value}",
        "org_missing": "expected an org, since {value} is a team whose members' actuals count toward it, got none",
        "other_forecast": "expected a forecast of {expected}, got one of {value} (hint: compare like with like)",
        "other_target": "expected an allocation of the same target, got one of another",
        "out_of_range": "expected a number from {low} to {high}, got {value}",
        "overflow": "expected a sum that fits a 64-bit integer, got one beyond it",
        "owner_missing": "expected the id of the rep or team who owns it, got none (hint: what nobody owns is not done)",
        "pattern": "expected a regular expression, got {value}",
        "pay_not_money": "expected a currency to pay in, got {value}",
        "payee_not_in_plan": "expected a payee of the plan {plan}, got {value}",
        "payee_not_serving": "expected a payee who serves within {period}, since the quota goes by service, got another",
        "period_beyond_time": "expected a period within 0001-01-01 and 9999-12-30, got one that reaches beyond, from {value}",
        "period_label": "expected a period such as 2026, 2026-H2, 2026-Q3, 2026-09, 2026-W38 or"
        " 2026-09-01..2026-09-30, got {value}",
        "period_label_fiscal": "expected a calendar for the fiscal label {value}"
        " (hint: pass the calendar whose fiscal year it names)",
        "period_label_weeks": "expected a calendar with a week pattern for the label {value}"
        " (hint: only fiscal years of whole weeks number their months and weeks)",
        "period_outside_plan": "expected a period within the plan, {period}, got {value}",
        "period_over_reset": "expected a period within one {grain}, since the plan counts anew with each, got {value}"
        " (hint: make a statement for each and add them up)",
        "period_overlap": "expected periods that do not overlap, got {value} beginning within the one before",
        "period_reversed": "expected a period that ends after it starts, got {start} and {end}"
        " (hint: the end is the first day after the period)",
        "plan_closed": "expected a plan of which something is still open at the end of {value}, got one that has ended",
        "plan_negative": "expected a plan whose parts are 0 or more, got one of {value}",
        "plan_without_parts": "expected at least one part to pay by, got none",
        "plans_overlap": "expected one plan for a payee and day, got a second one beside {other} in {value}"
        " (hint: end one version where the next begins)",
        "points_not_rising": "expected points that increase, got {value} after {previous}",
        "previous_not_adjacent": "expected the statement of the period that ends where this one, {period}, starts, on {start},"
        " got one of {value} (hint: an opening balance is the last closing balance)",
        "previous_of_another": "expected a statement of the same payee in the same currency, got one of {value}",
        "previous_of_another_plan": "expected a statement by the plan {expected}, or by one that it replaces, got one by"
        " {value} (hint: where it takes over what the other advanced, holds and settled, name the other in replaces of the"
        " plan)",
        "previous_outside": "expected a day from {start} to {last}, of which this review is, got {value}"
        " (hint: of a year, a quarter, a month, ... the one that holds any day can be told)",
        "previous_stale": "expected a statement before that counted {expected} until the end of {period}, as entries now say,"
        " got {value} (hint: correct it first, by a statement of its own period with it as previous)",
        "price_half": "expected both a price fact and price steps, or neither, got one",
        "process_kind": "expected stages of kind {kind}: at least {low}, at most {high}, got {value}",
        "process_mismatch": "expected a deal of the process {expected}, got one of {value}"
        " (hint: ask about each process by itself)",
        "process_missing": "expected one of the sales processes {choices}, got none"
        " (hint: a deal may leave it out only where there is exactly one process)",
        "process_order": "expected the kinds of stages in the order {choices}, got {value} too late",
        "process_without_stages": "expected stages in stages.csv, or one of the ready-made processes {choices}, got {value}",
        "product_beyond_floats": "expected factors whose product is within the floats, got one beyond them"
        " (hint: give them in a coarser unit)",
        "profile_length": "expected {expected} weights for the grain {grain}, got {value}",
        "purchase_later": "expected a day no later than {last}, to which purchases are known, got {value}",
        "quota_missing": "expected a quota of {measure}, since a part of the plan pays by it, got none",
        "quota_not_positive": "expected a quota above 0, got {value}"
        " (hint: nobody can reach a share of nothing; put whoever has no quota on a plan without)",
        "quota_of_several": "expected a quota for each of {choices}, got one amount"
        " (hint: pass a mapping of measure to amount)",
        "quota_too_long": "expected a division of at most ten million steps, got one of up to {value} times as many"
        " (hint: divide in a coarser unit, such as thousands, or leave out very small weights)",
        "rate_float": "expected an int, Decimal or Fraction and no float, got {value}"
        ' (hint: write it as text, such as Decimal("0.075"))',
        "rate_missing": "expected a rate of {part} for the facts of the entry, got none"
        " (hint: add a cell for them, one without facts, or missing='nothing')",
        "rated_twice": "expected one rating of a subject and an item by a rater, got another one"
        ' (hint: repeats="latest" counts the last of them, "leave_out" none that differ)',
        "rated_twice_at_once": "expected ratings of a subject and an item by a rater to be told apart by their days,"
        " got two that differ"
        ' (hint: state the days, or leave both out by repeats="leave_out")',
        "rates_ambiguous": "expected one rate for an entry, got two cells that may fit one equally well, the later by {value}"
        " (hint: let one of them ask for one more fact)",
        "rating_missing": "expected a rating by every rater of every subject for the kind {kind}, got none"
        " (hint: icc1 and icc1k do without, and so does krippendorff)",
        "reach_above_total": "expected at most the total, {total}, to be reached on the way, got {value}, which is"
        " {excess} more",
        "reach_without_weight": "expected a weight above 0 among the first parts, which are to reach {value}, got only zeros",
        "reason_missing": "expected a reason why there is no value, got none",
        "rebalanced_twice": "expected a plan of record, got one that was rebalanced and that nobody approved"
        " (hint: pass its .plan, or .approved(on) of it, which settles what was missed before)",
        "recency_beyond_age": "expected a last purchase before today, got one after {value}, which is beyond the age",
        "recency_without_repeat": "expected a recency of 0 of who bought only once, got {value}"
        " (hint: recency is the time from the first purchase to the last)",
        "ref_missing": "expected the deal that the entry follows from, since {basis} entries of the deal release its pay, got"
        " none",
        "relation_of_two": "expected one relation of a rater to a subject, got {left} and {right}",
        "relation_self": "expected the relation self if, and only if, rater and subject are the same, got {value}",
        "relation_weight_missing": "expected a weight of every relation that rates, got none of {value}"
        " (hint: with a weight of 0 its ratings are shown and count in no score)",
        "release_without_price": "expected an entry of the deal {value} that tells what the customer owes for it, booked or"
        " invoiced, got its margin alone (hint: pass what it was sold for too; no part needs to pay for it)",
        "released_to_owner": "expected an owner or a release, got both: {value} (hint: a lead that is released has no owner)",
        "reps_misnamed": "expected a folder that holds reps.csv, got one that holds {value}, perhaps meant for it"
        " (hint: save it as CSV under that name)",
        "reps_missing": "expected a folder that holds reps.csv, got one without it; CSV files in it: {value}",
        "result_under_pseudonyms": "expected records or a noun of them, got a result, {value}"
        " (hint: pseudonymize the records, and compute it anew)",
        "reversal_split": "expected an entry that takes back no other, got one that takes back {value}"
        " (hint: split_refunds divides all that is taken back of an entry)",
        "reversal_unknown": "expected the id of an entry that is known, got {value}"
        " (hint: pass the entry that is taken back too)",
        "reversal_unlike": "expected an entry of the other sign on or after the day of {value}, of the same payee, measure,"
        " basis, book and unit, got another",
        "reverses_itself": "expected an entry other than itself, got {value}",
        "review_not_begun": "expected a day on or after the first of the period, {start}, got {value}"
        " (hint: nothing can be reviewed before it has begun)",
        "review_not_earlier": "expected a review of an earlier day than {as_of}, got one as of {value}"
        " (hint: what is held beside a review is the one before)",
        "review_of_another": "expected the previous review of {owner}, got one of {value}",
        "review_of_later_period": "expected the review of a period that begins by {start} or ends no later, got one from"
        " {value} on",
        "reward_without_condition": "expected bands, or a criterion with its points, on which it depends, got neither",
        "row_length": "expected {expected} fields, got {value}"
        " (hint: count the commas; a field that holds a comma stands in quotes)",
        "row_unreadable": "expected cells of at most {limit} characters whose quotes close"
        " (hint: a quote within quotes is written twice)",
        "schedule_gap": "expected a schedule of the whole time, got none of {value}"
        " (hint: days on which nothing is planned have a weight of 0)",
        "schema_newer": "expected a document of version {known} or older, got version {value}"
        " (hint: install a newer salesperf)",
        "schema_unknown": "expected a document whose schema reads as {known}, got {value}",
        "scope_again": "expected each scope once, and narrower than the target's, got one again or one that adds nothing",
        "scope_beside_target": "expected a scope within the target's, got {value} for {name}, which the target has otherwise",
        "scope_crossed": "expected rows and columns that are narrowed by different things, got {value} for both"
        " (hint: a third dimension may have no whole solution: divide one first, and make a grid of each part)",
        "scope_overlap": "expected scopes that have no sales in common, got one that overlaps with {value}"
        " (hint: narrow both by the same names)",
        "score_beyond_floats": "expected criteria whose points together are within the floats, got some beyond them"
        " (hint: smaller scales, as of shares from 0 to 1, or fewer criteria)",
        "score_missing": "expected a score of {value}, got none"
        " (hint: pass it in scores, or let the plan say what a missing one does)",
        "score_not_fraction": "expected a score from 0 to {high}, 1 for all that was aimed at, got {value}"
        " (hint: a score is a fraction: 0.7 for 70%)",
        "season_holiday_elsewhere": "expected days of which some lie in the year, got {value}"
        " (hint: windows go by the calendar year of their holiday)",
        "season_holiday_year": "expected the dates of the holiday in {value}, got none"
        " (hint: give them for every full year on record, and for the year planned)",
        "season_negative": "expected a share that is not negative, got {value}"
        " (hint: more came back than was sold; take a coarser grain, or more prior years)",
        "season_unknown": "expected {metric} over at least one full year, with a sum above 0, got none; years left out: {value}"
        ' (hint: to split by "workdays" needs no history)',
        "season_year_missing": "expected the year that is planned, got none"
        " (hint: holidays that move fall on other days in each year)",
        "segment_unnamed": "expected the segment by which to go, got none of {value}"
        " (hint: pass the values of one: segment=('east',))",
        "shares_of_bands": "expected bands with their shares, best first, such as A 20, B 70, C 10",
        "since_too_late": "expected a first day that was watched no later than the last, {last}, got {value}",
        "statements_overlap": "expected one statement for a payee and day, got one of {value} beside that of {other}"
        " (hint: of a statement and its corrections hand over the last)",
        "status_repeats": "expected another status than the one that the lead has, got {value} again",
        "step_leaves_rest": "expected a part that may take what the total has beyond steps of {step}, {value}"
        ", got caps and floors that leave it to none"
        " (hint: raise a cap by it, or take a smaller step)",
        "step_too_coarse": "expected a total that gives each weight above 0 a step of {step}, as {method} does, got less"
        " (hint: take a smaller step, or largest_remainder)",
        "table_dimensions": "expected an array of {expected} dimensions, got {value}",
        "table_shape": "expected an array of {expected} rows and columns, got {value}",
        "taker_absent": "expected a rep who is there to take {value}, got nobody"
        " (hint: name somebody who serves in the team all the time)",
        "tally_mismatch": "expected tallies with one {field}, got {left} and {right}"
        " (hint: count both parts by the same question)",
        "target_cycle": "expected a tree of targets, got a cycle through the one for {value}",
        "target_order": "expected floor, amount and stretch in the order of the metric's direction, got another order",
        "target_pay_missing": "expected target pay, since parts have weights of it, got none",
        "target_too_large": "expected an amount of at most {limit}, got {value}"
        " (hint: divide in a coarser unit, or first over fewer and larger parts)",
        "task_cycle": "expected tasks that can be done one after another, got a cycle of dependences through {value}",
        "tier_reversed": "expected a tier that ends after it starts at {start}, got {value}",
        "tiers_empty": "expected at least one tier, got none",
        "tiers_end": "expected a last tier without an end, got one that ends at {value}"
        " (hint: what lies beyond it would have no rate)",
        "tiers_gap": "expected a tier that begins at {end}, got one that begins at {start}, and nothing between",
        "tiers_no_end": "expected tiers that all end, since each brings what is stated when it is full, got one without an end",
        "tiers_overlap": "expected a tier that begins at {end}, where the one below ends, got one that begins at {start}",
        "too_few": "expected at least {low} of them, got {value}",
        "too_late_to_judge": "expected a day more than {days} days before {until}, the last day on record, got {value}"
        " (hint: what became of later leads is not yet known)",
        "too_many_compared": "expected at most {limit} names to compare each with each, got {value}"
        " (hint: name with within= a field that records which could be the same have in common)",
        "too_many_faults": "expected fewer than {limit} faults in a file (hint: the rows below have not been read)",
        "total_above_bounds": "expected at most {limit}, all that its cells can hold, got {value}, which is {excess} more"
        " (hint: raise an upper bound or a weight of 0 in this row or column)",
        "total_below_bounds": "expected at least {limit}, the sum of its lower bounds, got {value}, which is {excess} less"
        " (hint: lower one of these bounds)",
        "total_below_one_each": "expected a total that reaches for the least parts, {value}, got {total}, which is"
        " {excess} less"
        " (hint: {method} gives each weight above 0 a unit where its upper bound allows)",
        "totals_of_both_signs": "expected totals of one sign, got {low} and {high} (hint: divide gains and losses apart)",
        "totals_too_large": "expected totals whose sum is at most 2**48, got {value} (hint: divide in a coarser unit)",
        "transfer_locked": "expected business that may move, got a lock on the part for {value}",
        "transfer_of_more_than_all": "expected transfers of at most all that is planned for a giver, got more for {value}"
        " (hint: what a member gives away leaves the team too, which, with a cushion, owes less than its members)",
        "transfer_of_nothing": "expected an open part of the giver that begins on {value} or later, got none",
        "transfer_to_self": "expected a taker other than the giver, got {value} as both",
        "transfer_without_part": "expected a part of the taker for {value}, got none"
        " (hint: the plan gives the taker nothing for these days)",
        "transition_earlier": "expected a day on or after the last change, {last}, got {value}",
        "transition_illegal": "expected one of {choices}, to which a deal may go from {stage}, got {value}"
        " (hint: advance enters open stages and after-sales service; win, lose, cancel and reopen enter the others)",
        "transition_reopen": "expected a decided deal and one of the open stages {choices}, got a deal in {stage}",
        "unhashable": "expected values that cannot change, got {value} (hint: use tuples and FrozenMap)",
        "unit_dimension": "expected an amount of dimension {expected} for the metric {metric}, got {value}",
        "unit_mismatch": "expected amounts in one unit, got {left} and {right} (hint: convert one of them first)",
        "unit_of_ratio": "expected no unit for the ratio {metric}, got {value} (hint: leave the cell empty)",
        "unknown_action": "expected the id of an action, got {value}",
        "unknown_band": "expected one of the bands {choices}, got {value}",
        "unknown_campaign": "expected a campaign that leads come from, got {value}"
        " (hint: name it in known, if it cost money and brought no lead)",
        "unknown_category": "expected one of the categories {choices}, got {value}"
        ' (hint: unknown="as_missing" lets others through)',
        "unknown_cause": "expected a cause from 1 to {high}, got {value} (hint: 0 stands for what was not seen to end)",
        "unknown_channel": "expected a channel that leads come by, got {value}"
        " (hint: name it in known, if it cost money and brought no lead)",
        "unknown_column": "expected a known column, got {value}",
        "unknown_customer": "expected the id of a customer, got {value}",
        "unknown_fact": "expected the name of a fact that the card asks for, one of {choices}, got {value}",
        "unknown_field": "expected a known field, got {value}",
        "unknown_file": "expected a file of this layout, got {value}",
        "unknown_grade": "expected one of the grades {choices}, got {value}",
        "unknown_in_plan": "expected an owner and a period of the plan, got {value}",
        "unknown_item": "expected an item that was rated, got {value}",
        "unknown_key_result": "expected the id of a key result, got {value}",
        "unknown_kpi": "expected the key of a metric of the set, one of {choices}, got {value}",
        "unknown_language": "expected one of {choices}, got {value}",
        "unknown_lead": "expected the id of a lead, got {value}",
        "unknown_member": "expected a rep of the team, got {value}",
        "unknown_metric": "expected a metric of metrics.csv or one of {choices}, got {value}",
        "unknown_milestone": "expected one of the milestones {choices}, got {value}",
        "unknown_number": "expected the address of a number in the review, such as 'attainment/revenue/gap', got {value}"
        " (hint: without an address all are listed; with words, such as win rate, those that have them)",
        "unknown_objective": "expected the id of an objective, got {value}",
        "unknown_okr": "expected the id of an objective or of a key result, got {value}",
        "unknown_opportunity": "expected the id of an opportunity, got {value}",
        "unknown_owner": "expected the id of a rep or a team, got {value}",
        "unknown_part": "expected an owner or a scope of the basis, got {value}",
        "unknown_plan": "expected the id of a plan, got {value}",
        "unknown_process": "expected one of the sales processes that were given ({choices}), got {value}",
        "unknown_rep": "expected the id of a rep, got {value}",
        "unknown_risk": "expected the id of a risk, got {value}",
        "unknown_segment": "expected a segment of the funnel, one of {choices}, got {value}",
        "unknown_stage": "expected one of the stages {choices}, got {value}",
        "unknown_subject": "expected somebody who was rated, got {value}",
        "unknown_target": "expected the key of a target, got {value}",
        "unknown_task": "expected the id of a task of the plan, got {value}",
        "unknown_team": "expected the id of a team, got {value}",
        "unknown_words": "expected words that the address or the name of a number in the review has, or the head of its column,"
        " or the number as the review prints it, got what none has"
        " (hint: without an address all are listed; names and heads are those in the language of the review)",
        "unordered_keys": "expected keys that cannot change and have an order among each other, got keys of type {value}",
        "unreadable_amount": "expected a decimal number such as 1234.50, got {value}"
        " (hint: no thousands separators, no currency signs)",
        "unreadable_date": "expected a date such as 2026-09-30, year first, got {value}",
        "unreadable_integer": "expected a whole number such as 21, got {value}",
        "unreadable_list": "expected words with semicolons between them, got {value}"
        " (hint: a word that holds a semicolon or a quote stands in quotes, and a quote within is written twice)",
        "unreadable_number": "expected a number such as 0.8, got {value}",
        "unreadable_unit": "expected a unit such as CNY, USD:4, count or box, got {value}"
        " (hint: a currency goes by its ISO 4217 code, so RMB is CNY; any other three capitals need digits, as in PCS:0)",
        "upper_below_total": "expected upper bounds with a sum of at least {total}, got {value}, which is {excess} less"
        " (hint: a weight of 0 gets its lower bound; bounds that count stand at the positions {positions})",
        "weight_in_product": "expected criteria without weights in a product, got a weight of {value}",
        "weight_without_quota": "expected a weight only of tiers over the quota, and without a rate, got {value}",
        "weights_all_zero": "expected at least one weight above 0, got only zeros",
        "weights_far_apart": "expected weights above 0 within a factor of 2**300 of each other, got {value} and a larger one",
        "weights_invalid": "expected weights that are finite and not negative, got {value}",
        "weights_not_one": "expected weights of target pay that sum to 1, got {value}",
        "window_reversed": "expected a last day no earlier than the first, got {value}",
        "wrong_type": "expected {expected}, got {value}",
    },
)
"""Code of each error to its English text; other languages stand in the message catalogs."""
