// Whether the results of a credential hold together. The schema sees none of this.

/** Return ``undefined`` where they hold, else ``{code, detail}``. */
export function flawOfResults(subject) {
  const achievement = subject.achievement ?? {};
  const described = new Map(list(achievement.resultDescription).map(each => [each.id, each]));
  const results = list(subject.result);
  if(list(achievement.resultDescription).length !== described.size) {
    return flaw('result_dangling', 'two descriptions have one id');
  }
  for(const result of results) {
    const problem = flawOfLinks(result, described.get(result.resultDescription));
    if(problem) {
      return problem;
    }
  }
  return flawOfOutcomes([...described.values()], results);
}

function flawOfLinks(result, description) {
  if(!description) {
    return flaw('result_dangling', `no description ${result.resultDescription}`);
  }
  const isKnown = level => list(description.rubricCriterionLevel).some(each => each.id === level);
  const named = [result.achievedLevel, description.requiredLevel].filter(level => level !== undefined);
  const unknown = named.find(level => !isKnown(level));
  return unknown && flaw('result_dangling', `no level ${unknown} in ${description.id}`);
}

// An outcome is essential where a level is required. Rank is by points: the order of an array is
// not covered by the signature.
function flawOfOutcomes(descriptions, results) {
  const essential = descriptions.filter(each => each.requiredLevel !== undefined);
  if(essential.length === 0) {
    return flaw('result_missing', 'no outcome requires a level');
  }
  for(const description of descriptions) {
    const own = results.filter(result => result.resultDescription === description.id);
    const isRequired = description.requiredLevel !== undefined || description.resultType === 'Status';
    const problem = isRequired && flawOfOne(description, own);
    if(problem) {
      return problem;
    }
  }
  return undefined;
}

function flawOfOne(description, own) {
  if(own.length !== 1) {
    return flaw(own.length ? 'result_repeated' : 'result_missing', `${own.length} for ${description.id}`);
  }
  if(description.requiredLevel === undefined) {
    return own[0].status === 'Completed'
      ? undefined
      : flaw('level_too_low', `${description.id} is ${own[0].status}`);
  }
  const required = points(description, description.requiredLevel);
  const achieved = points(description, own[0].achievedLevel);
  return achieved >= required
    ? undefined
    : flaw('level_too_low', `${achieved} of ${required} points in ${description.id}`);
}

// Not a number where there are no points, two levels of one id, or no such level: then nothing is
// reached, for a comparison with it is false.
function points(description, level) {
  const found = list(description.rubricCriterionLevel).filter(each => each.id === level);
  const said = found.length === 1 ? found[0].points : undefined;
  return said === undefined || String(said).trim() === '' ? NaN : Number(said);
}

function flaw(code, detail) {
  return {code, detail};
}

function list(value) {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}
