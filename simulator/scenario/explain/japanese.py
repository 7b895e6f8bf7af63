"""シナリオを日本語で読み上げる。"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from simulator.scenario.explain.language import Language, amount


class Japanese(Language):
    """簡潔な常体。用語は日本語のレポートと同じものを使う。"""

    PHRASES: ClassVar[dict[str, str]] = {
        "frame": "期間は{first}から{last}までの{months}か月。金額は{currency}(税抜)。会計年度は{fiscal}に始まる。",
        "plans": "プラン",
        "plan": "{name}:月額{price}。",
        "plan_free": "{name}:無料。",
        "attracts": "このプランで申し込む人のうち{share}は、このプランがなければ契約しない。",
        "rescue": "解約しようとする顧客にだけ提案する。",
        "closed": "新規には販売しない。利用中の顧客は使い続ける。",
        "term_discount": "契約期間{term}({length})なら{share}引きで、月額{price}。",
        "ladder": "低い順に {steps}。「次のプラン」とダウングレードはこの順に1段動く。",
        "no_terms": "契約はすべて月契約。",
        "addons": "オプションとセット",
        "addon": "{name}:月額{price}。{plans}に追加できる。{motion}として数える。",
        "addon_cancel": "利用者の毎月{month}(年に約{year})がこのオプションだけを解約する。",
        "addon_kept": "オプションだけの解約はない。",
        "cross_sell": "クロスセル",
        "upsell": "アップセル",
        "downsell": "ダウンセル",
        "win_back": "再獲得",
        "bundle": "{name}:{items}のセット契約。すべて利用している間、合計から{share}引き({full}が{price})。",
        "segment": "顧客:{name}",
        "opening": "開始時の顧客は{total}社:{counts}。",
        "opening_file": "開始時の顧客は{total}社({file}から読み込み)。継続期間と個別価格を引き継ぐ。",
        "tenure": "継続期間は平均{mean}(指数分布)。",
        "tenure_none": "全員が開始時に契約したものとする。",
        "arrivals": "新規契約は月に約{count}社(ポアソン分布){growth}。",
        "growth": "で、毎月{share}ずつ増える",
        "growth_fades": "で、当初は毎月{share}ずつ増え、伸びは{fades}ごとに半減する",
        "season": "月による変動:{factors}。",
        "market": "新規契約は累計{count}社まで。",
        "choose": "選ぶプランは{shares}。",
        "terms": "長期契約の価格があるプランでは、{shares}が長期契約を選び、残りは月契約とする。",
        "term_share": "{share}({term})",
        "no_arrivals": "新規契約はない。",
        "price_factor": "価格は定価の{factor}。",
        "cancel": "毎月解約しようとする割合:{rates}。",
        "cancel_rate": "{plan}は{month}(年に約{year})",
        "frailty": "解約のしやすさは顧客ごとに異なる(解約率への倍率がガンマ分布、変動係数{value})。",
        "not_renewed": "契約期間{term}では、更新時に{share}が更新しない。更新までは解約を考えない。",
        "not_renewed_mix": "契約期間{term}で更新しない割合は顧客ごとに異なる"
        "(ベータ分布 {alpha}, {beta}、初回更新時の平均{share})。各顧客の値は変わらない。",
        "downgrade": "毎月{month}(年に約{year})が自分から1段下のプランへ移る。",
        "elastic_arrivals": "価格が10%上がると、新規契約数は{step}変わる。",
        "elastic_choice": "あるプランの価格が10%上がると、そのプランが選ばれる重みは{step}変わる。",
        "elastic_upgrade": "アップグレードの価格差が10%広がると、承諾率は{step}変わる。",
        "elastic_cancel": "顧客自身の価格が10%上がると、解約率は{step}変わる。",
        "anchoring": "最も高いプランが基準(アンカー)になる:すぐ下のプランとの価格の開きが10%広がると、"
        "そのプランが選ばれる重みは{step}変わる。",
        "leaving": "解約と継続",
        "attached": "解約率への倍率:{factors}。",
        "attached_by": "オプション{count}個なら{factor}",
        "attached_by_1": "オプション1個なら{factor}",
        "tenure_factor": "継続{until}までは解約率が{factor}。",
        "term_end": "解約は契約期間の終わり(月契約なら次の応当日)に成立する。",
        "immediate": "解約はただちに成立する。",
        "notice": "月契約の終了は申し出から早くても{notice}後。",
        "bluff": "解約手続きを始めた人の{share}は、何もしなくても残る。提案の側からは見分けられない。",
        "lured": "毎月{month}の顧客は、提案を受けるためだけに解約手続きを始める。",
        "offers": "提案",
        "offer": "{name}({motion}):{trigger}、{audience}{target}を提案する。承諾率は{acceptance}。",
        "everyone": "対象者を限らず",
        "those": "{conditions}顧客に",
        "in_segments": "{names}の",
        "on_plans": "{names}を利用中の",
        "on_terms": "契約期間が{names}の",
        "with_addons": "{names}を利用している",
        "without_addons": "{names}を利用していない",
        "rescued": "解約抑止で残った",
        "not_rescued": "解約抑止を受けていない",
        "tenure_above": "継続{time}を超える",
        "tenure_below": "継続{time}未満の",
        "every": "{time}ごとに",
        "at_tenure": "契約から{time}後に",
        "rate": "毎月{month}の確率で",
        "renewal_within": "更新の{time}前に",
        "month": "毎年{months}に",
        "on_sign_up": "新規契約時に",
        "cancel_intent": "解約手続きの中で",
        "churned_for": "解約から{time}後に",
        "to_next_plan": "1段上のプラン",
        "to_plan": "プラン{name}",
        "to_addon": "オプション{name}",
        "to_bundle": "セット{name}",
        "to_term": "契約期間{name}",
        "quiet": "同じ提案は{time}の間くり返さない。",
        "returns": "承諾した顧客の{share}は、残っていれば{time}以内に{plan}へ戻る(リ・エクスパンション)。",
        "former": "元のプラン",
        "accepted_cancel": "承諾した顧客の{share}がただちに解約する。",
        "declined_cancel": "断った顧客の{share}がただちに解約する。",
        "effect_now": "変更はただちに行う。",
        "effect_anniversary": "変更は次の応当日に行う。",
        "effect_renewal": "変更は次の更新時に行う。",
        "no_offers": "提案は行わない。",
        "changes": "期間中の変更",
        "from": "{month}から:",
        "set_price": "{item}を{old}から{new}に改定する({step})。",
        "set_price_from_free": "{item}を無料から{new}に改定する。",
        "set": "{key} を {new} にする(それまでは {old})。",
        "set_new": "{key} を {new} とする(新設)。",
        "set_gone": "{key} を廃止する(それまでは {old})。",
        "keep": "{item}を利用中の顧客の価格は据え置く(旧価格据え置き)。",
        "move_now": "{item}を利用中の顧客にも、ただちに新価格を適用する。",
        "at_renewal": "{item}を利用中の顧客には、次の更新から新価格を適用する。",
        "after": "{item}を利用中の顧客には、{time}後から新価格を適用する。",
        "retired": "{item}の販売を終了する。",
        "retired_keep": "{item}の販売を終了する。利用中の顧客は使い続ける。",
        "retired_now": "利用中の顧客はただちに{to}へ移る。",
        "retired_at_renewal": "利用中の顧客は次の更新時に{to}へ移る。",
        "retired_after": "利用中の顧客は{time}後に{to}へ移る。",
        "in_segment": "{item}({segment})",
        "whole_list": "すべての商品",
        "moved_cancel": "{segment}では、ほかに支払いのない顧客の解約率が、新価格の適用で{factor}になる。",
        "new_choice": "{segment}では、新規顧客に選ばれる重みが{factor}になる。",
        "assumptions": "シナリオに書かれていないため仮定したこと",
        "assume_tenure": "{segment}の{plan}の開始時顧客の継続期間は平均{mean}(解約率の逆数)。",
        "assume_ladder": "プランの順序は {steps}(全員に販売するプランをファイルの順に並べたもの)。",
        "assume_with": "{addon}はどのプランにも追加できる。",
        "assume_term_end": "解約は契約期間の終わりに成立する。",
        "assume_same": "{segment}では、同じプランの顧客の解約のしやすさに個人差はない。",
        "assume_inelastic": "{segment}では、価格が変わっても{what}は変わらない。",
        "what_arrivals": "新規契約数",
        "what_choice": "選ばれるプラン",
        "what_upgrade": "アップグレードの承諾率",
        "what_cancel": "解約率",
        "assume_plan_changes": "アップグレードはただちに、ダウングレードは次の応当日に行う。"
        "長期契約中のダウングレードは更新を待つ。",
        "assume_fiscal": "会計年度は1月に始まる。",
        "assume_rates": "年あたりの割合は、ほかに何も起こらない顧客についての値(解約率への倍率を掛ける前)。",
        "assume_constant": "書かれていない率は0、倍率は1とする。書かれていないことは起こらない。",
    }

    def money(self, amount_: int, currency: str) -> str:
        return f"{amount(amount_)}円" if currency == "JPY" else f"{amount(amount_)} {currency}"

    def month(self, month: tuple[int, int]) -> str:
        return f"{month[0]}年{month[1]}月"

    def month_of_year(self, month: int) -> str:
        return f"{month}月"

    def together(self, parts: Iterable[str]) -> str:
        return "、".join(parts)

    def alternatives(self, parts: Iterable[str]) -> str:
        return "、".join(parts)

    def paragraph(self, sentences: Iterable[str]) -> str:
        return "".join(sentences)

    def days(self, count: float) -> str:
        return f"{self.number(round(count))}日"

    def months(self, count: float) -> str:
        return f"{self.number(round(count, 1))}か月"
