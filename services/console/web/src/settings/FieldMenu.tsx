// The menu of a field, which leads back. A page has a hundred of them, so that it is made when it is first opened.
import { IconDots } from '@tabler/icons-react';
import { type FieldDescription, isSameValue, valueWords } from '@pochtar/settings/forms';
import { Link } from '@tanstack/react-router';
import { type ComponentProps, type RefObject, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { useWords } from '../i18n/index.ts';
import { Menu } from '../ui/controls.ts';
import { IconButton } from '../ui/inputs.tsx';
import { toast } from '../ui/toast.tsx';
import { addressOf, partsOf } from './catalogue.ts';
import { useForm } from './use-draft.ts';

interface FieldMenuProps {
  path: string;
  field: FieldDescription;
  value: unknown;
  isChanged: boolean;
}

export function FieldMenu(props: FieldMenuProps) {
  const [isMade, setIsMade] = useState(false);
  const [isOpen, setIsOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  if (isMade) return <MadeMenu {...props} button={button} isOpen={isOpen} setIsOpen={setIsOpen} />;
  const open = () => {
    flushSync(() => setIsMade(true));
    // Another button is in the place of the one that was pressed. It gets the focus before the menu, and again after.
    button.current?.focus({ preventScroll: true });
    setIsOpen(true);
  };
  return <MenuButton field={props.field} aria-expanded={false} onClick={open} />;
}

type MenuButtonProps = Omit<ComponentProps<'button'>, 'aria-label'> & { field: FieldDescription };

function MenuButton({ field, className = '', ...rest }: MenuButtonProps) {
  const { t, say } = useWords();
  return (
    <IconButton
      className={`f-menu ${className}`}
      aria-label={t('field.menu', { name: say(field.label) })}
      aria-haspopup="menu"
      {...rest}
    >
      <IconDots size={16} aria-hidden />
    </IconButton>
  );
}

interface MadeMenuProps extends FieldMenuProps {
  button: RefObject<HTMLButtonElement | null>;
  isOpen: boolean;
  setIsOpen: (isOpen: boolean) => void;
}

function MadeMenu({ path, field, value, isChanged, button, isOpen, setIsOpen }: MadeMenuProps) {
  const { t, say } = useWords();
  const { forms, draft } = useForm();
  const copyLink = () => {
    void navigator.clipboard.writeText(new URL(addressOf(forms, path), globalThis.location.href).href);
    toast(t('field.linkCopied'));
  };
  return (
    <Menu position="bottom-end" opened={isOpen} onChange={setIsOpen}>
      <Menu.Target>
        <MenuButton field={field} ref={button} />
      </Menu.Target>
      <Menu.Dropdown>
        {isChanged && (
          <Menu.Item onClick={() => draft.set(path, draft.storedValue(path))}>
            {t('field.asStored')}
          </Menu.Item>
        )}
        <Menu.Item
          disabled={isSameValue(value, field.default)}
          onClick={() => draft.set(path, field.default)}
        >
          {t('field.toDefault', { value: say(valueWords(field, field.default)) })}
        </Menu.Item>
        <Menu.Item component={Link} {...({ to: '.', search: { history: partsOf(path).section } } as object)}>
          {t('field.history')}
        </Menu.Item>
        <Menu.Item onClick={copyLink}>{t('field.copyLink')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
