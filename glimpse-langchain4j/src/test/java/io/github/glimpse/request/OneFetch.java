package io.github.glimpse.request;

import io.github.glimpse.nn.CancellationPoint;
import java.net.URI;
import java.util.List;

/** One picture fetched, by whoever has all the time that the options give. */
final class OneFetch {

    private OneFetch() {}

    static byte[] of(ImageFetcher fetcher, URI url) {
        return fetcher.fetch(
                        List.of(new ImageBatch.Wanted(url, "image")),
                        ImageBatch.OnRefusal.END_ALL,
                        CancellationPoint.NONE)
                .get(0)
                .orElseThrow();
    }
}
