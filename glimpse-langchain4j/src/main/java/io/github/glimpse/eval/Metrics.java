package io.github.glimpse.eval;

import java.util.Collection;
import java.util.List;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.function.ToDoubleBiFunction;

/** The metrics that are known by name: Glimpse's own, services on the class path, and those handed in; later ones win. */
public final class Metrics {

    private final TreeMap<String, Metric> byName = new TreeMap<>();

    private Metrics() {}

    /** Finds the metrics. */
    public static Metrics discover() {
        return discover(List.of());
    }

    /**
     * Finds the metrics.
     *
     * @param own win over others of the same name
     */
    public static Metrics discover(Collection<Metric> own) {
        Metrics metrics = new Metrics();
        List.of(
                        new VqaAccuracy(VqaAccuracy.Form.LEAVE_ONE_OUT),
                        new VqaAccuracy(VqaAccuracy.Form.SIMPLE),
                        new ExactMatch(),
                        new Contains(),
                        new Anls(),
                        new RelaxedAccuracy(),
                        new Pope(),
                        new Choice())
                .forEach(metrics::add);
        ServiceLoader.load(Metric.class).forEach(metrics::add);
        own.forEach(metrics::add);
        return metrics;
    }

    private void add(Metric metric) {
        byName.put(metric.name(), metric);
    }

    /** A metric from a function of the answer and the accepted answers. */
    public static Metric of(String name, ToDoubleBiFunction<String, List<String>> score) {
        return new Metric() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public double score(String answer, List<String> accepted) {
                return score.applyAsDouble(answer, accepted);
            }
        };
    }

    /**
     * The metric of a name.
     *
     * @throws EvaluationDataException if there is none; the message lists the known names
     */
    public Metric get(String name) {
        Metric metric = byName.get(name);
        if (metric == null) {
            throw new EvaluationDataException("The metric '" + name + "' is not known; use one of "
                    + String.join(", ", byName.keySet()) + " or add a service of Metric");
        }
        return metric;
    }
}
