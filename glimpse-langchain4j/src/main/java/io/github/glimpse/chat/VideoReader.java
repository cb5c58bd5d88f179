package io.github.glimpse.chat;

import dev.langchain4j.data.image.Image;
import dev.langchain4j.data.message.VideoContent;
import dev.langchain4j.data.video.Video;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import io.github.glimpse.InvalidImageException;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.image.FrameArchive;
import io.github.glimpse.image.FrameSampling;
import io.github.glimpse.image.VideoDecoder;
import io.github.glimpse.image.VideoOptions;
import io.github.glimpse.model.MediaRule;
import io.github.glimpse.request.ImageBytes;
import io.github.glimpse.request.ImageUrlOptions;
import io.github.glimpse.serve.Arrival;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Videos of messages to turns: frames that {@link GlimpseVideo} packed are taken as they are; of a file in another format those are
 * decoded that the model's family looks at, by a {@link VideoDecoder} that somebody added.
 */
final class VideoReader {

    private static final double FRAMES_PER_SECOND = 2;

    private final ImageBytes bytes;
    private final VideoOptions limits;
    private final Supplier<Optional<MediaRule>> media;
    private final VideoFiles files;

    /**
     * Reads videos for a model.
     *
     * @param media what its family does with them; asked when the first video comes
     */
    VideoReader(EngineOptions options, ImageUrlOptions urls, Supplier<Optional<MediaRule>> media) {
        this(options, urls, media, VideoFiles::added);
    }

    VideoReader(
            EngineOptions options,
            ImageUrlOptions urls,
            Supplier<Optional<MediaRule>> media,
            Supplier<List<VideoDecoder>> decoders) {
        this.limits = options.video();
        this.bytes = ImageBytes.ofVideos(limits.maxBytes(), urls);
        this.media = media;
        this.files = new VideoFiles(limits, decoders);
    }

    /** What is known of a video without reading it, in the form of a picture. */
    static Image asImage(VideoContent content) {
        Video video = content.video();
        Image.Builder image = Image.builder();
        if (video.url() != null) {
            image.url(video.url());
        }
        return image.base64Data(video.base64Data()).mimeType(video.mimeType()).build();
    }

    /**
     * Refuses what can be told without reading.
     *
     * @throws UnsupportedFeatureException if the model takes no videos, or not in this form
     */
    void check(List<VideoContent> videos) {
        if (!videos.isEmpty() && !takesVideos()) {
            throw new UnsupportedFeatureException(
                    "Content of type video is not supported by this model: its family takes"
                            + " no videos, or its chat template writes none; send single frames as images, or load a model of"
                            + " another family, such as qwen2.5-vl");
        }
        for (int i = 0; i < videos.size(); i++) {
            bytes.check(asImage(videos.get(i)), name(i, videos.size()));
        }
    }

    private boolean takesVideos() {
        return media.get().map(MediaRule::videoPlaceholder).isPresent();
    }

    private static String name(int index, int count) {
        return count == 1 ? "video" : "video " + (index + 1) + " of " + count;
    }

    /**
     * The videos of one request, which were checked.
     *
     * @throws InvalidRequestException if one cannot be read
     * @throws UnsupportedFeatureException if one is a file, and nobody added a decoder
     * @throws io.github.glimpse.GlimpseException if one is above the limits, or the request has to end
     */
    List<ChatTurn.Video> read(List<VideoContent> videos, Arrival arrival) {
        List<String> names = IntStream.range(0, videos.size())
                .mapToObj(i -> name(i, videos.size()))
                .toList();
        List<byte[]> files =
                bytes.read(videos.stream().map(VideoReader::asImage).toList(), names, arrival);
        List<ChatTurn.Video> read = new ArrayList<>();
        for (int i = 0; i < files.size(); i++) {
            read.add(read(files.get(i), names.get(i), arrival));
        }
        return read;
    }

    /** A video of an earlier message; nothing if it cannot be had. */
    Optional<ChatTurn.Video> earlier(VideoContent video, Arrival arrival) {
        Optional<byte[]> file = takesVideos()
                ? bytes.readable(List.of(asImage(video)), "earlier video", arrival)
                        .get(0)
                : Optional.empty();
        try {
            return file.map(content -> read(content, "earlier video", arrival));
        } catch (InvalidRequestException | UnsupportedFeatureException | InvalidImageException e) {
            return Optional.empty();
        }
    }

    private ChatTurn.Video read(byte[] file, String name, Arrival arrival) {
        if (FrameArchive.isOne(file)) {
            FrameArchive frames = FrameArchive.read(file, limits.maxFrames());
            return new ChatTurn.Video(frames.frames(), frames.times());
        }
        return files.read(file, name, sampling(), arrival);
    }

    private FrameSampling sampling() {
        FrameSampling own = media.get().map(MediaRule::frameSampling).orElse(null);
        return limits.sampling(own == null ? evenly(limits.maxFrames()) : own);
    }

    /** Of families that say nothing, which frames there are: two of a second. */
    private static FrameSampling evenly(int most) {
        return new FrameSampling(FrameSampling.Spacing.TO_LAST_FRAME, FRAMES_PER_SECOND, 1, most);
    }
}
