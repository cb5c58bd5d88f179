package io.github.glimpse.spring.autoconfigure;

import io.github.glimpse.embedding.PatchReport;
import io.github.glimpse.generate.ImageTextMatch;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningReport;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What was kept of the pictures of a request, as meters and observations tell it.
 *
 * @param strategy who pruned, none if nothing did; of few values
 * @param tokens image tokens or patches before pruning
 * @param kept those that stayed; a mean where each text kept its own
 */
record KeptImages(String strategy, int tokens, double kept) {

    // A request may bring a schedule of its own, whose steps' names stand in one.
    private static final BoundedNames STRATEGIES = new BoundedNames();

    static KeptImages of(PruningReport report) {
        return new KeptImages(strategy(report), report.imageTokens(), report.keptTokens());
    }

    /** Who pruned, as the value of a tag. */
    static String strategy(PruningReport report) {
        return STRATEGIES.bounded(report.strategy());
    }

    /** The strategies alone, without places and ratios, of which a request may name any. */
    static KeptImages of(PatchReport report) {
        String strategies = report.images().stream()
                .flatMap(image -> image.cuts().stream())
                .map(PatchReport.Cut::strategy)
                .distinct()
                .sorted()
                .collect(Collectors.joining(", "));
        return new KeptImages(
                strategies.isEmpty() ? PruningOptions.NONE : STRATEGIES.bounded(strategies),
                report.patches(),
                report.keptPatches());
    }

    /** One picture, of which each text may have kept patches of its own. */
    static KeptImages of(List<ImageTextMatch> matches) {
        PruningReport first = matches.get(0).report();
        double kept = matches.stream()
                .mapToInt(match -> match.report().keptTokens())
                .average()
                .orElseThrow();
        return new KeptImages(strategy(first), first.imageTokens(), kept);
    }
}
