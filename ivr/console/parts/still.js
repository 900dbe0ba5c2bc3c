// A part of a page that stays as it is: [tag, attributes, number of its handler, ...children]; words are text nodes.
export default {
  props: { tree: String },
  emits: ["clicked"],
  render() {
    const draw = ([tag, attributes, handler, ...inside]) => {
      const given = handler < 0 ? attributes : { ...attributes, onClick: () => this.$emit("clicked", handler) };
      return Vue.h(tag, given, inside.map((one) => (typeof one === "string" ? one : draw(one))));
    };
    return draw(JSON.parse(this.tree));
  },
};
