package io.github.glimpse.chat;

import dev.langchain4j.data.image.Image;
import dev.langchain4j.data.message.VideoContent;
import dev.langchain4j.data.video.Video;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import io.github.glimpse.ImageTooLargeException;
import io.github.glimpse.InvalidImageException;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.image.FrameArchive;
import io.github.glimpse.image.FrameSampling;
import io.github.glimpse.image.VideoDecoder;
import io.github.glimpse.image.VideoDecoder.OpenVideo;
import io.github.glimpse.image.VideoOptions;
import io.github.glimpse.image.VideoTimes;
import io.github.glimpse.model.MediaRule;
import io.github.glimpse.request.ImageBytes;
import io.github.glimpse.request.ImageUrlOptions;
import io.github.glimpse.serve.Arrival;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
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
    private final Supplier<List<VideoDecoder>> decoders;

    /**
     * Reads videos for a model.
     *
     * @param media what its family does with them; asked when the first video comes
     */
    VideoReader(EngineOptions options, ImageUrlOptions urls, Supplier<Optional<MediaRule>> media) {
        this(options, urls, media, VideoReader::found);
    }

    VideoReader(
            EngineOptions options,
            ImageUrlOptions urls,
            Supplier<Optional<MediaRule>> media,
            Supplier<List<VideoDecoder>> decoders) {
        this.limits = options.video();
        this.bytes = ImageBytes.ofVideos(limits.maxBytes(), urls);
        this.media = media;
        this.decoders = decoders;
    }

    private static List<VideoDecoder> found() {
        return ServiceLoader.load(VideoDecoder.class).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
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
        List<VideoDecoder> found = decoders.get();
        if (found.isEmpty()) {
            throw new UnsupportedFeatureException("The " + name
                    + " is a file, and there is no decoder of video files on the class path; add one as"
                    + " docs/guide/video.md says, or send frames by GlimpseVideo");
        }
        IOException failure = null;
        for (VideoDecoder decoder : found) {
            try (OpenVideo video = decoder.open(file)) {
                return decoded(video, arrival);
            } catch (IOException e) {
                failure = e;
            }
        }
        throw new InvalidRequestException(
                "The " + name + " cannot be read: it is damaged, or of a format that the decoder on the class path does"
                        + " not know; send another file, or frames by GlimpseVideo",
                failure);
    }

    private ChatTurn.Video decoded(OpenVideo video, Arrival arrival) throws IOException {
        VideoTimes times = sampling().of(video.totalFrames(), video.framesPerSecond());
        limits.checkPixels(times.count(), video.size());
        List<byte[]> frames = new ArrayList<>();
        long size = 0;
        for (int index : times.indices()) {
            arrival.check();
            byte[] frame = video.frame(index).toPng();
            size += frame.length;
            if (size > limits.maxBytes()) {
                throw new ImageTooLargeException("The frames of the video that are looked at have over "
                        + limits.maxBytes() + " bytes as PNG; send a smaller video, take fewer frames of a second"
                        + " (glimpse.video.frames-per-second), or raise glimpse.video.max-size");
            }
            frames.add(frame);
        }
        return new ChatTurn.Video(frames, times);
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
