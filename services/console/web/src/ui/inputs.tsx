// Inputs for forms of a hundred fields: the elements themselves, drawn by `inputs.css` as the component library draws its
// own, each of which costs ten times as much.
import type { ComponentProps, ReactNode } from 'react';

interface TextLineProps extends ComponentProps<'input'> {
  isInvalid?: boolean;
}

export function TextLine({ className, isInvalid = false, ...rest }: TextLineProps) {
  return (
    <input
      type="text"
      className={className === undefined ? 'p-input' : `p-input ${className}`}
      aria-invalid={isInvalid || undefined}
      {...rest}
    />
  );
}

interface LabelledProps extends ComponentProps<'input'> {
  label: ReactNode;
}

export function Switch({ className = '', label, ...rest }: LabelledProps) {
  return (
    <label className={`p-switch ${className}`}>
      {/* oxlint-disable-next-line jsx-a11y/role-has-required-aria-props -- the element tells whether it is on */}
      <input type="checkbox" role="switch" {...rest} />
      <span className="p-switch-track" aria-hidden />
      <span className="p-choice-words">{label}</span>
    </label>
  );
}

interface RadioProps extends LabelledProps {
  id: string;
  /** What follows from it. */
  description?: string | undefined;
}

export function Radio({ id, label, description, ...rest }: RadioProps) {
  const describedBy = description === undefined ? undefined : `${id}--description`;
  return (
    <div className="p-radio">
      <input type="radio" id={id} aria-describedby={describedBy} {...rest} />
      <div className="p-choice-words">
        <label htmlFor={id}>{label}</label>
        {description !== undefined && <p id={describedBy}>{description}</p>}
      </div>
    </div>
  );
}

interface IconButtonProps extends ComponentProps<'button'> {
  'aria-label': string;
}

export function IconButton({ className = '', ...rest }: IconButtonProps) {
  return <button type="button" className={`p-icon-button ${className}`} {...rest} />;
}
