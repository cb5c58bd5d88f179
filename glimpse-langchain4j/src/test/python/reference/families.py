"""What is made: base configurations, modules, pictures and cases of each folder."""

from dataclasses import dataclass, field

import build

QWEN_LAYOUT = [("visual.", "visual."), ("lm_head.", "lm_head."), ("lm.", "model.")]
QWEN_NEW_LAYOUT = [("visual.", "model.visual."), ("lm_head.", "lm_head."), ("lm.", "model.language_model.")]
LLAVA_NEW_LAYOUT = [("visual.", "model.vision_tower."), ("projector.", "model.multi_modal_projector."),
                    ("lm_head.", "lm_head."), ("lm.", "model.language_model.")]


@dataclass
class ModuleSpec:
    config: dict
    dtype: str = "float32"
    quiet: bool = False  # small inputs of the norms, so that their eps shows
    views: bool = False  # odd strides and offsets in the .pt file
    constant: float = None  # every logit has this value


@dataclass
class Case:
    title: str
    module: str
    content: list  # of a user message: text, or the name of a picture; or whole messages
    settings: dict = field(default_factory=dict)
    # What must hold, so that the case tests what it says: "stops", "image id", "image id cut", "none kept".
    shows: str = None

    def images(self):
        return [part for part in self.content if isinstance(part, str) and part.endswith(".png")]

    def request(self, llava, steps):
        parts = [{"type": "image", "image": part} if part.endswith(".png") else {"type": "text", "text": part}
                 for part in self.content]
        messages = [{"role": "user", "content": parts}]
        if not llava:  # a short system message keeps the recorded tensors small
            messages.insert(0, {"role": "system", "content": [{"type": "text", "text": "Hi"}]})
        request = {"title": self.title, "messages": messages}
        if llava:
            request |= {"prompt_format": "vicuna_v1", "image_aspect_ratio": "pad"}
        request |= {"glimpse_module": self.module, "reduce_threshold": 0.5, "max_remain_ratio": None,
                    "min_remain_num": 1, "anchor_positions": [], "max_new_tokens": steps, "do_sample": False,
                    "repetition_penalty": 1.0}
        return request | self.settings


@dataclass
class Family:
    folder: str
    family: str
    source: str  # the shared folder whose tokenizer, template and processor files are used
    config: dict
    module_config: dict
    modules: dict
    pictures: dict  # name -> (width, height)
    cases: list
    layout: list
    processor: dict  # changes to preprocessor_config.json
    generation: dict
    dtype: str = "float32"
    shards: int = 1
    template: str = "chat_template.json"
    embedding_std: float = 0.15
    tower_gain: float = 0.05
    steps: int = 3

    def text_config(self):
        return self.config | self.config.get("text_config", {})

    def weights(self, source):
        text, vision = self.text_config(), self.config["vision_config"]
        qwen = self.family == "qwen2_5_vl"
        tied = self.config.get("tie_word_embeddings", False)
        tensors = build.language_model(source, text, self.embedding_std, tied, bias=qwen)
        make_tower = build.qwen_tower if qwen else build.clip_tower
        return tensors | make_tower(source, vision, text["hidden_size"], self.tower_gain)


RECIPE = {"use_attention_logits": True, "le_length": 1, "le_norm_type": "rmsnorm", "le_dropout_prob": 0.0,
          "attn_fuse_type": "AttnFuserV1", "attn_fuse_size": 16, "visual_cond_size": 16, "attn_fuse_num_heads": 4,
          "attn_fuse_hidden_act": "silu", "attn_fuse_global": True, "ori_attn_supervision": False,
          "deep_supervision": False, "reduce_threshold": 0.5, "max_remain_ratio": None, "min_remain_num": 1,
          "anchor_positions": [], "use_ref_masks": False, "use_zero_masks": False}


def qwen_modules(layers):
    """Modules of the first Qwen folder; each differs from the recipe in what its name says."""
    recipe = RECIPE | {"selected_layers": [2], "reduce_layer": 2, "le_layers": list(range(layers)),
                       "selected_visual_layers": [2, 0]}
    absent = {"use_attention_logits", "le_layers", "le_length", "le_norm_type", "le_dropout_prob", "attn_fuse_type",
              "attn_fuse_num_heads", "attn_fuse_hidden_act", "attn_fuse_global", "ori_attn_supervision",
              "deep_supervision", "reduce_threshold", "max_remain_ratio", "min_remain_num", "anchor_positions",
              "use_ref_masks", "use_zero_masks", "reduce_layer"}
    return {
        "glimpse": ModuleSpec(recipe, quiet=True),
        "glimpse-logsoftmax": ModuleSpec(recipe | {"use_attention_logits": False}, "bfloat16", quiet=True),
        "glimpse-two-layers": ModuleSpec(recipe | {"selected_layers": [2, 0]}, "float16"),
        "glimpse-no-token": ModuleSpec(recipe | {"le_length": 0}),
        "glimpse-no-layers": ModuleSpec(recipe | {"le_layers": []}, "bfloat16"),
        "glimpse-last-layer": ModuleSpec(recipe | {"selected_layers": [layers - 1], "reduce_layer": layers - 1},
                                         "bfloat16"),
        "glimpse-late": ModuleSpec(recipe | {"selected_layers": [1], "reduce_layer": 1000}, "float16"),
        "glimpse-v2": ModuleSpec(recipe | {"attn_fuse_type": "AttnFuserV2"}, "bfloat16"),
        "glimpse-dummy": ModuleSpec(recipe | {"attn_fuse_type": "AttnFuserDummy", "le_layers": [0]}, "bfloat16"),
        "glimpse-dummy-log": ModuleSpec(recipe | {"attn_fuse_type": "AttnFuserDummy", "le_layers": [0],
                                                  "use_attention_logits": False}, "float16"),
        "glimpse-deep": ModuleSpec(recipe | {"deep_supervision": True, "ori_attn_supervision": True}, "bfloat16"),
        "glimpse-window": ModuleSpec(recipe | {"attn_fuse_global": False}, "float16"),
        "glimpse-three-tokens": ModuleSpec(recipe | {"le_length": 3, "le_layers": [0, 2]}, "float32", views=True),
        "glimpse-layernorm": ModuleSpec(recipe | {"le_norm_type": "layernorm"}, "bfloat16", quiet=True),
        "glimpse-constant": ModuleSpec(recipe | {"le_layers": [0]}, "float16", constant=0.3),
        "glimpse-gelu": ModuleSpec(recipe | {"attn_fuse_hidden_act": "gelu", "visual_cond_size": 24,
                                             "attn_fuse_num_heads": 2}, "bfloat16", views=True),
        "glimpse-defaults": ModuleSpec({key: value for key, value in recipe.items() if key not in absent}, "float16"),
    }


def qwen_variants():
    layers = 4
    text = {"hidden_size": 96, "intermediate_size": 64, "num_hidden_layers": layers, "num_attention_heads": 6,
            "num_key_value_heads": 3, "hidden_act": "silu", "rms_norm_eps": 1e-05, "attention_dropout": 0.0,
            "max_position_embeddings": 128000, "vocab_size": 724, "sliding_window": None, "use_sliding_window": False,
            "use_cache": True, "bos_token_id": 700, "eos_token_id": 702}
    vision = {"model_type": "qwen2_5_vl", "depth": 3, "fullatt_block_indexes": [2], "hidden_act": "silu",
              "hidden_size": 24, "intermediate_size": 32, "num_heads": 2, "in_channels": 3, "out_hidden_size": 96,
              "patch_size": 14, "spatial_merge_size": 2, "temporal_patch_size": 2, "tokens_per_second": 2,
              "window_size": 56}
    ids = {"image_token_id": 712, "video_token_id": 713, "vision_start_token_id": 709, "vision_end_token_id": 710,
           "vision_token_id": 711}
    rope = {"mrope_section": [2, 3, 3], "rope_type": "default"}
    config = {"architectures": ["Qwen2_5_VLForConditionalGeneration"], "model_type": "qwen2_5_vl", "dtype": "float32",
              "tie_word_embeddings": True, **ids,
              "text_config": text | {"model_type": "qwen2_5_vl_text", "dtype": "float32",
                                     "rope_parameters": rope | {"rope_theta": 10000.0}},
              "vision_config": vision}
    module_config = text | ids | {"model_type": "qwen2_5_vl_gp", "rope_theta": 10000.0, "rope_scaling": rope,
                                  "tie_word_embeddings": True, "torch_dtype": "float32", "vision_config": vision,
                                  "architectures": ["Qwen2_5_VLForConditionalGeneration"]}
    one, two = ["p.png", "Who?"], ["p.png", "and", "q.png", "?"]
    cases = [
        Case("as the recipe: raw scores, one layer, whole image", "glimpse", one),
        Case("anchors tl and br only", "glimpse", one, {"anchor_positions": ["tl", "br"], "reduce_threshold": 0.7}),
        Case("cap that gives 0, min_remain_num null: no image token is kept", "glimpse", one,
             {"max_remain_ratio": 0.05, "min_remain_num": None}, "none kept"),
        Case("text only", "glimpse", ["Why?"]),
        Case("use_attention_logits false", "glimpse-logsoftmax", one),
        Case("use_attention_logits false, two images", "glimpse-logsoftmax", two),
        Case("selected_layers [2, 0]", "glimpse-two-layers", one),
        Case("le_length 0", "glimpse-no-token", one),
        Case("le_layers empty", "glimpse-no-layers", one),
        Case("reduce_layer is the last layer", "glimpse-last-layer", one),
        Case("reduce_layer 1000, selected layer 1", "glimpse-late", one),
        Case("AttnFuserV2", "glimpse-v2", one),
        Case("AttnFuserDummy on raw scores, cap 0.25", "glimpse-dummy", one, {"max_remain_ratio": 0.25}),
        Case("AttnFuserDummy on log-softmax, two images, cap 0.4", "glimpse-dummy-log", two, {"max_remain_ratio": 0.4}),
        Case("deep_supervision true, whole image", "glimpse-deep", one),
        Case("window attention, two images", "glimpse-window", two),
        Case("le_length 3, le_layers [0, 2]", "glimpse-three-tokens", one),
        Case("layer norm of the glimpse token", "glimpse-layernorm", one),
        Case("equal logits, cap 0.4: the lowest indices stay", "glimpse-constant", one, {"max_remain_ratio": 0.4}),
        Case("equal logits, threshold 0.9, min_remain_num 3: the lowest indices stay", "glimpse-constant", one,
             {"reduce_threshold": 0.9, "min_remain_num": 3}),
        Case("attn_fuse_hidden_act gelu, two heads, condition wider than the predictor", "glimpse-gelu", one),
        Case("module file without the fields that have a default", "glimpse-defaults", one),
    ]
    return Family("qwen2_5_vl-variants", "qwen2_5_vl", "qwen2_5_vl-tiny", config, module_config, qwen_modules(layers),
                  {"p.png": (112, 84), "q.png": (56, 84)}, cases, QWEN_NEW_LAYOUT,
                  {"min_pixels": None, "max_pixels": None, "size": {"shortest_edge": 3136, "longest_edge": 9408}},
                  {"bos_token_id": 700, "eos_token_id": 702, "pad_token_id": 700}, shards=3,
                  template="chat_template.jinja")


FAMILIES = [qwen_variants]
